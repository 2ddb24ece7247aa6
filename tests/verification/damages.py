"""Tables of a release that serve other rows than it made: another tool wrote them, under the version that it names."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from pipelines.runs.publishing import projections


def rows_of(lake, name):
    return DeltaTable(f"{lake.root}/{name}").to_pyarrow_table()


def serve(lake, name, rows):
    """Let the newest version of a table, of which no earlier one has rows, have these."""
    place = f"{lake.root}/{name}"
    version = DeltaTable(place).version()
    write_deltalake(place, rows, mode="overwrite")
    mine, other = (Path(place, "_delta_log", f"{number:020}.json") for number in (version, version + 1))
    kept = [line for line in lines_of(mine) if "add" not in line]
    added = [line for line in lines_of(other) if "add" in line]
    mine.write_text("".join(json.dumps(line) + "\n" for line in [*kept, *added]))
    other.unlink()


def lines_of(commit):
    return [json.loads(line) for line in commit.read_text().splitlines()]


def with_a_value_changed(name, rows):
    """The rows with another value in the last column of the first, and the kinds of difference that this makes."""
    table = projections()[name].table
    changed = rows.to_pylist()
    others = [column for column in table.names if column not in table.key]
    column = (others or table.names)[-1]
    changed[0][column] = _other(changed[0][column])
    kinds = ["changed"] if others else ["missing", "too many"]
    return pa.Table.from_pylist(changed, rows.schema), kinds


def _other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, datetime | date):
        return value + timedelta(days=1)
    if isinstance(value, list):
        return [*value, value[0] if value else None]
    return f"{value} x" if isinstance(value, str) else (value or 0) + 900
