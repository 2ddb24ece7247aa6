"""KurrentDB, which was EventStoreDB: `kurrentdb://HOST:PORT/$all`, or a stream such as a category's, `/$ce-CATEGORY`.

Written against the documented calls of its client; no server was there to try it on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.sources.base import ACCEPT, Batch, Loss, Lost, Move, Position, Positions, losses
from pipelines.sources.kurrentdb_client import ALL, Client, client_of, named, place
from pipelines.sources.kurrentdb_reader import Reader
from pipelines.sources.records import RecordFile


def opened(url: str, *, accept_loss: bool) -> "KurrentDB":
    """The stream that a URL names. Raises UsageError."""
    named(url)
    return KurrentDB(url, accept_loss)


@dataclass(frozen=True)
class KurrentDB:
    """A stream of a database, or all of it; events that are gone are done without where that loss is accepted."""

    url: str
    accept_loss: bool = False

    def read(self, scratch: str, positions: Positions, /) -> Batch:
        """The events behind those that landed, up to the last as of now, or as many as land together.

        Raises PlaceError for a server that does not answer, or has no such stream, Lost for events that are gone.
        """
        name = named(self.url)
        source = f"kurrentdb://{name.servers}/{name.stream}"
        before = positions.get(source)
        with client_of(self.url) as client, RecordFile(scratch, source, 0) as file:
            end = client.end()
            start, new = _start(client, before, end)
            if new and not self.accept_loss:
                raise Lost(f"cannot read {self.url}: {_told(new)}; {ACCEPT}")
            reader = Reader(client, file, start, "" if before is None or start is None else before["id"])
            reader.read(end)
            lost = [*losses(before), *new]
            after = {"last": reader.last, "id": reader.id, **({"lost": lost} if lost else {})}
            return Batch(
                pieces=file.close(),
                left_out=reader.left_out,
                moves={source: Move(before, after)},
                behind=0 if reader.is_done else None,
                is_all=reader.is_done,
                warnings=[f"{self.url}: {_told(new)}"] if new else [],
            )


def _start(client: Client, before: Position | None, end: int) -> tuple[int | None, list[Loss]]:
    """Behind which event a stream is read, from the first on where None, and what was lost since."""
    last = None if before is None else before["last"]
    if before is None or last is None:
        return None, []
    if end < last:
        return None, [{"ends": end, "last": last}]
    first = next(client.events(last, 1), None)
    at = end + 1 if first is None else place(client.name.stream, first)
    if first is not None and at == last and str(first.id) != before["id"]:
        return None, [{"id": before["id"], "last": last}]
    is_whole = client.name.stream == ALL or at <= last + 1
    return last, [] if is_whole else [{"from": last + 1, "to": at - 1}]


def _told(lost: Sequence[Loss]) -> str:
    return "; ".join(map(_loss, lost))


def _loss(loss: Loss) -> str:
    if "ends" in loss:
        return f"it ends at {loss['ends']}, though it was read up to {loss['last']}: it lost what landed of it"
    if "id" in loss:
        return f"it was made again since: the event at {loss['last']} was {loss['id']}, and is another one now"
    count = loss["to"] - loss["from"] + 1
    return f"it lost up to {count:,} events before they landed, those at {loss['from']} to {loss['to']}"
