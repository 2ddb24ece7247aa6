"""The quarantine: lines that did not fit, put there once, and taken away once they have landed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipelines.checks import standard_checks
from pipelines.events import CONTRACT_VERSION
from pipelines.events.log import QUARANTINE
from pipelines.storage import datafiles, delta
from pipelines.storage.datafiles import DataFile, FileWriter
from pipelines.storage.lake import Lake

APPLICATION = "quarantine"
KEY = list(QUARANTINE.key)
WHOLE_TABLE: dict[str, str | None] = {}


@dataclass(frozen=True)
class Reject:
    """A line that did not fit, where it stands in its source, and everything that is wrong with it."""

    source: str
    byte_offset: int
    line_number: int
    raw: bytes
    faults: tuple[str, ...]

    @property
    def key(self) -> tuple[str, int, str]:
        """What makes the line the same one when it comes again."""
        return self.source, self.byte_offset, hashlib.sha256(self.raw).hexdigest()


def rows_of(lake: Lake, columns: Sequence[str] = QUARANTINE.names) -> pa.Table:
    """What is in quarantine, by source and offset."""
    handle = delta.find(lake.quarantine)
    places = [] if handle is None else delta.uris(lake.quarantine, handle)
    wanted = list(dict.fromkeys([*columns, *KEY]))
    tables = [datafiles.read(place, wanted) for place in places]
    table = pa.concat_tables([*tables, QUARANTINE.arrow.empty_table().select(wanted)])
    return table.sort_by([(name, "ascending") for name in KEY]).select(list(columns))


def put(lake: Lake, rejects: Sequence[Reject], format_name: str, clock: int) -> int:
    """Add the lines that are not yet there, in one commit; how many were new."""

    def attempt() -> int:
        handle = delta.ensure(lake.quarantine, QUARANTINE)
        known = set(_keys(rows_of(lake, KEY)))
        new = {reject.key: reject for reject in rejects if reject.key not in known}
        if new:
            file = _write(lake, _table(list(new.values()), format_name, clock))
            number = delta.number(handle, APPLICATION) + 1
            delta.commit(handle, QUARANTINE, delta.Commit((file,), (), APPLICATION, number, {}, WHOLE_TABLE))
        return len(new)

    return delta.until_committed(attempt) if rejects else 0


def take_away(lake: Lake, keys: set[tuple[str, int, str]]) -> None:
    """Remove the lines with these keys, in one commit."""

    def attempt() -> None:
        handle = delta.ensure(lake.quarantine, QUARANTINE)
        rows = rows_of(lake)
        kept = rows.filter(pa.array([key not in keys for key in _keys(rows)], pa.bool_()))
        if kept.num_rows < rows.num_rows:
            add = (_write(lake, kept),) if kept.num_rows else ()
            number = delta.number(handle, APPLICATION) + 1
            change = delta.Commit(add, tuple(delta.paths(handle)), APPLICATION, number, {}, WHOLE_TABLE)
            delta.commit(handle, QUARANTINE, change)

    delta.until_committed(attempt)


def _keys(rows: pa.Table) -> list[tuple[str, int, str]]:
    return list(zip(*(rows[name].to_pylist() for name in KEY), strict=True))


def _table(rejects: list[Reject], format_name: str, clock: int) -> pa.Table:
    ordered = sorted(rejects, key=lambda reject: reject.key)
    columns = {
        "source": [reject.source for reject in ordered],
        "byte_offset": [reject.byte_offset for reject in ordered],
        "raw_sha256": [reject.key[2] for reject in ordered],
        "line_number": [reject.line_number for reject in ordered],
        "raw": [reject.raw for reject in ordered],
        "format": [format_name] * len(ordered),
        "faults": [list(reject.faults) for reject in ordered],
        "contract_version": [CONTRACT_VERSION] * len(ordered),
        "ingestion_time": [clock] * len(ordered),
    }
    return pa.table(columns, schema=QUARANTINE.arrow)


def _write(lake: Lake, rows: pa.Table) -> DataFile:
    writer = FileWriter(lake.quarantine, QUARANTINE, 0, standard_checks(QUARANTINE))
    for batch in rows.combine_chunks().to_batches(max_chunksize=1024):
        writer.write(batch)
    return writer.close()
