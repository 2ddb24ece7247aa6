"""The one door: lines come in, valid events are appended to the log, the rest goes to quarantine.

Files are one commit; of a stream each batch is one, with how far the stream is read.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.adapters import EVENTS, load_adapter
from pipelines.clock import micros
from pipelines.engines.base import Engine
from pipelines.landing import quarantine
from pipelines.landing.attempts import Overtaken, Progress, land_chunks, no_progress
from pipelines.landing.decoding import Intake
from pipelines.landing.lost import NOTHING_LOST, Lacking
from pipelines.landing.partitions import Partition
from pipelines.landing.recognition import require_format
from pipelines.landing.report import Landing, as_one
from pipelines.log.erasures import Erasures
from pipelines.log.landings import newest
from pipelines.sources.base import Batch, Position, Positions, joined, summed
from pipelines.sources.opening import source_of
from pipelines.sources.streams import is_stream
from pipelines.storage import delta
from pipelines.storage.lake import Lake


def land(
    lake: Lake,
    engine: Engine,
    sources: Sequence[str],
    *,
    format_name: str = EVENTS,
    clock: datetime | None = None,
    progress: Progress = no_progress,
    lost: Lacking = NOTHING_LOST,
    accept_loss: bool = False,
    again: bool = False,
) -> Landing:
    """Land the lines of the sources at a time of the clock (now when None): of streams up to where they end now.

    Streams are read on from where the log says that they are; when `again`, from their beginnings, and the log says of
    them what it said. What tables beside the log lost comes again in its stead, where it does.
    Raises PlaceError for a source that cannot be read, Lost for records of a stream that are gone, unless that is
    accepted, UsageError for an unknown format, OtherLayout for a source of another one, GaveUp when other landings kept
    coming first.
    """
    load_adapter(format_name)
    door = _Door(lake, engine, format_name, micros(clock), progress, lost, again)
    landings, behind, read = list[Landing](), dict[str, int | None](), dict[str, Position]()
    has_streams = any(map(is_stream, sources))
    with lake.scratch(is_local=engine.shares_memory) as kept:
        opened = [_opened(name, kept, accept_loss=accept_loss) for name in sources]
        while opened or not landings:
            with lake.scratch(is_local=engine.shares_memory) if has_streams else nullcontext(kept) as scratch:
                positions = positions_of(lake) if has_streams and not again else read
                batches = [read_on(scratch, positions) for read_on in opened]
                with suppress(Overtaken):
                    landings.append(door.land(joined(batches), scratch))
                    read |= {name: move.after for batch in batches for name, move in batch.moves.items()}
                    behind |= {name: batch.behind for batch in batches if batch.is_all for name in batch.moves}
                    opened = [read_on for read_on, batch in zip(opened, batches, strict=True) if not batch.is_all]
    return replace(as_one(landings), behind=summed(behind.values()), streams=behind)


@dataclass(frozen=True)
class _Door:
    """Where batches of lines of a format land, at a time of the clock, in UTC microseconds."""

    lake: Lake
    engine: Engine
    format: str
    clock: int
    progress: Progress
    lost: Lacking
    again: bool

    def land(self, batch: Batch, scratch: str) -> Landing:
        """Land a batch, and with it commit how far streams are read, unless they are read again. Raises Overtaken."""
        new = 0

        def keep(partitions: Sequence[Partition], known: Erasures) -> int:
            nonlocal new
            new += quarantine.put(self.lake, partitions, (self.format, self.clock), known, self.lost.quarantine)
            return new

        chunks, moves = batch.chunks, {} if self.again else batch.moves
        require_format(chunks, self.format)
        intake = Intake(scratch, self.format, self.clock, self.lake.quarantine_raw)
        names = self.lost.identities
        return _told(land_chunks(self.lake, self.engine, chunks, intake, keep, self.progress, names, moves), batch)


ReadOn = Callable[[str, Positions], Batch]


def _opened(name: str, scratch: str, *, accept_loss: bool) -> ReadOn:
    """What gives the next lines of a source; of what is no stream it is read here, as some can be read but once."""
    source = source_of(name, accept_loss=accept_loss)
    if is_stream(name):
        return source.read
    batch = source.read(scratch, {})
    return lambda *_: batch


def positions_of(lake: Lake) -> Positions:
    """How far streams are read, as the log says."""
    log = delta.find(lake.log)
    return {} if log is None else newest(lake.log, log).positions


def _told(landing: Landing, batch: Batch) -> Landing:
    """A landing with what its sources say of what it did not bring."""
    left_out = Counter(landing.left_out) + batch.left_out
    return replace(
        landing,
        not_read=dict(batch.not_read.most_common()),
        left_out=dict(left_out.most_common()),
        behind=batch.behind,
        warnings=tuple(batch.warnings),
    )
