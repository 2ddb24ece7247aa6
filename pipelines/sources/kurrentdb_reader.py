"""Reads the events of a stream of KurrentDB between two places of it to a file."""

from collections import Counter

import pyarrow as pa
from kurrentdbclient import RecordedEvent

from pipelines.sources.kurrentdb_client import Client, place
from pipelines.sources.records import TOGETHER, RecordFile

AT_ONCE = 1000
"""How many events are written at once."""
JSON = "application/json"


class Reader:
    """Reads the events behind `last`, from the first on where that is None, up to those at `end`.

    Then `last` is the place of the last that was read, `id` that of the first event there; `is_done` says whether that
    is all.
    """

    def __init__(self, client: Client, file: RecordFile, last: int | None, id_of_last: str) -> None:
        self.last, self.id = last, id_of_last
        self.is_done = True
        self.left_out = Counter[str]()
        self._client, self._file = client, file
        self._values: list[bytes] = []
        self._places: list[str] = []

    def read(self, end: int) -> None:
        """Read up to the end, or until there are TOGETHER bytes. Raises PlaceError."""
        start = self.last
        for event in self._client.events(start):
            at = place(self._client.name.stream, event)
            self.is_done = at > end or not self._is_enough(at)
            if at > end or not self.is_done:
                break
            if start is None or at > start:
                self.last, self.id = at, str(event.id) if at != self.last else self.id
                self._keep(event)
        self._write()

    def _is_enough(self, at: int) -> bool:
        """Whether there is enough before an event of another commit: those of one land together."""
        return self._file.size >= TOGETHER and at != self.last

    def _keep(self, event: RecordedEvent) -> None:
        if event.is_system_event or event.stream_name.startswith("$"):
            self.left_out["events of the system"] += 1
        elif not event.data:
            self.left_out["empty records"] += 1
        else:
            is_json = event.content_type == JSON  # in which lines end only where a space might be
            self._values.append(event.data.replace(b"\n", b" ") if is_json else event.data)
            self._places.append(str(self.last))
            if len(self._values) == AT_ONCE:
                self._write()

    def _write(self) -> None:
        self._file.write(self._values, pa.array(self._places, pa.string()))
        self._values, self._places = [], []
