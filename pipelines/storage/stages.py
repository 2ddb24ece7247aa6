"""Stages: Arrow files that only the command that writes them reads, mapped into memory where they are local."""

import pyarrow as pa
import pyarrow.ipc

from pipelines.storage import places


def write_stage(place: str, rows: pa.Table) -> None:
    """Write rows to a new stage, in a folder that is there."""
    with places.writing(place) as file, pa.ipc.new_file(file, rows.schema) as stage:
        stage.write_table(rows)


def read_stage(place: str, columns: list[str]) -> pa.Table:
    """The named columns of a stage."""
    if not places.is_url(place):
        return pa.ipc.open_file(pa.memory_map(place)).read_all().select(columns)
    with places.reading(place) as file:
        return pa.ipc.open_file(file).read_all().select(columns)
