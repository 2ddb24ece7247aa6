"""A generated network as JSON lines on disk, in files that a landing can take."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from benchmarks.network import generate
from benchmarks.sampling import DAY, END, HOUR, START
from benchmarks.scales import Scale

GENERATOR_VERSION: Final = 2
FILES: Final = 8
DATA: Final = Path(__file__).parent / "results" / "data"
REPEATED: Final = "event_id % 1000 = 7"
LATEST: Final = END + 3 * DAY
MINUTE: Final = HOUR // 60


def folder_of(scale: Scale, seed: int, parent: Path = DATA) -> Path:
    """The folder with the lines of this network, written now unless the same is there already."""
    folder = parent / f"{scale.name}-{seed}"
    manifest = folder / "manifest.json"
    wanted = {"generator": GENERATOR_VERSION, "seed": seed, "scale": asdict(scale)}
    if not manifest.exists() or json.loads(manifest.read_text())["network"] != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        found = write(scale, seed, folder / "events")
        manifest.write_text(json.dumps({"network": wanted} | found, indent=2) + "\n")
    return folder


def write(scale: Scale, seed: int, folder: Path) -> dict[str, Any]:
    """Writes a network's lines, nearly in order of time, one in a thousand again two days later.

    What was written: bytes, events by type, and what a fan-out of all posts would deliver.
    """
    folder.mkdir(parents=True)
    network = generate(scale, seed)
    with duckdb.connect() as connection:
        for name, table in network.tables.items():
            connection.register(name, table)
        query = _all_lines(network.tables)
        for number in range(FILES):
            path = folder / f"events-{number:02}.jsonl"
            _write_file(connection, query, number, path)
    return {
        "bytes": sum(path.stat().st_size for path in folder.iterdir()),
        "events": {name: len(table) for name, table in network.tables.items()},
        "deliveries": network.deliveries,
        "popularity_exponent": network.popularity_exponent,
    }


def _write_file(connection: duckdb.DuckDBPyConnection, query: str, number: int, path: Path) -> None:
    """Writes the lines sent in one part of the month: the bytes of an Arrow column are the file."""
    first = START if number == 0 else _start_of(number)
    span = {"first": first, "until": _start_of(number + 1)}
    with path.open("wb") as file:
        for batch in connection.sql(query, params=span).to_arrow_reader(100_000):
            column = batch.column(0).cast(pa.large_binary())
            _, offsets, content = column.buffers()
            bounds = memoryview(offsets).cast("q")[column.offset : column.offset + len(column) + 1]
            file.write(memoryview(content)[bounds[0] : bounds[-1]])


def _start_of(number: int) -> int:
    """When the part of the month begins that goes to a file; the last has also what is sent late."""
    return START + (END - START) * number // FILES if number < FILES else LATEST


def _all_lines(tables: dict[str, pa.Table]) -> str:
    """The query for the lines sent between `$first` and `$until`, in the order of sending."""
    of_types = " UNION ALL ".join(_lines_of(name, table) for name, table in tables.items())
    return (
        f"SELECT line FROM ({of_types}) WHERE sent_at >= $first AND sent_at < $until "  # noqa: S608 own names
        "ORDER BY sent_at"
    )


def _lines_of(name: str, table: pa.Table) -> str:
    """The query for the lines of one event type and the time when each is sent."""
    digits = "%g" if name in {"registered", "posted"} else "%f"
    time = f"strftime(make_timestamp(event_time), '%Y-%m-%dT%H:%M:%S.{digits}Z')"
    identity = f"""'{{"event_id":"' || lower(hex(event_id)) || '","event_type":"{name}"'"""
    moment = f"""',"event_time":"' || {time} || '"'"""
    fields = [_field(field) for field in table.schema if field.name not in {"event_id", "event_time"}]
    line = " || ".join([identity, moment, *fields, "E'}\\n'"])
    sent = f"event_time + event_id % {5 * MINUTE}"
    return (
        f"SELECT {line} AS line, {sent} AS sent_at FROM {name} UNION ALL "  # noqa: S608 own names
        f"SELECT {line}, {sent} + {2 * DAY} FROM {name} WHERE {REPEATED}"
    )


def _field(field: pa.Field) -> str:
    """The SQL for one member of the object, empty where the value is null."""
    value = field.name if pa.types.is_integer(field.type) else f"to_json({field.name})::VARCHAR"
    return f"""coalesce(',"{field.name}":' || {value}, '')"""
