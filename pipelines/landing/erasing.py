"""Persons who were erased, at the door: their events land without what is personal, and no line of theirs is kept."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Bools, flags, int64s, with_column
from pipelines.engines.base import Engine
from pipelines.events.log import CONTENT_HASH
from pipelines.landing.partitions import Partition, Stage, by_type
from pipelines.landing.persons import Persons
from pipelines.landing.raw_lines import RawLines
from pipelines.log.erasing import erased
from pipelines.log.erasures import Erasures
from pipelines.storage import places
from pipelines.storage.staging import write_stage

ERASED, AND = "erased: the line was of person ", " and "
"""How what is said begins in the stead of a line and of what was wrong with it, and what is between persons."""


def without_erased(engine: Engine, partitions: list[Partition], known: Erasures, staging: str) -> list[Partition]:
    """The partitions with their events as they are once erasures are applied."""
    return engine.run(partial(_erased, known, staging), partitions) if known.records else partitions


def _erased(known: Erasures, staging: str, partition: Partition) -> Partition:
    """The task: a partition with its events staged anew, if any of them changes."""
    made = [(rows, erased(rows, known)) for _, rows in by_type(partition.stage)]
    if all(new is None for _, new in made):
        return partition
    tables = [rows if new is None else new for rows, new in made]
    place = places.join(staging, uuid.uuid4().hex)
    write_stage(place, tables)
    hashes = np.concatenate([int64s(rows[CONTENT_HASH.name]) for rows in tables])
    return replace(partition, stage=Stage(place, partition.stage.types), content_hash=hashes)


def emptied(rejects: pa.Table, format_name: str, known: Erasures, raw_lines: RawLines) -> pa.Table:
    """Rejects, where no bytes are left of a line of a person who was erased, and nothing of what they were."""
    if not known.records:
        return rejects
    columns, persons = (rejects[name].to_pylist() for name in ("raw_sha256", "raw")), Persons(known.until)
    lines = zip(*columns, strict=True)
    return without_lines(rejects, [_persons_of(line, format_name, known, persons, raw_lines) for line in lines])


def _persons_of(
    line: tuple[str, bytes | None], format_name: str, known: Erasures, persons: Persons, raw_lines: RawLines
) -> set[int]:
    """The persons whose line it is, given by its SHA-256, and its bytes if they are no file.

    If that is gone, it went in an attempt before, or by an erasure since: then it is in quarantine already.
    """
    digest, raw = line
    said = {one.user_id for one in known.records if digest in one.lines} if digest in known.lines else set[int]()
    if said or raw is not None:
        return said or persons.of_later(raw or b"", format_name)
    if not places.exists(raw_lines.place(digest)):
        return set(known.until)
    return persons.of(raw_lines.pieces(digest), format_name)


def without_lines(rows: pa.Table, persons: Sequence[set[int]]) -> pa.Table:
    """Rows of the quarantine, or rejects, without the lines that are somebody's."""
    if not any(persons):
        return rows
    gone = np.array([bool(some) for some in persons], np.bool_)
    for name, values in (("raw", _raws(rows, gone)), ("faults", _faults(rows, persons))):
        rows = with_column(rows, name, values)
    return rows


def _raws(rows: pa.Table, gone: Bools) -> pa.ChunkedArray:
    return pc.if_else(flags(gone), pa.nulls(1, pa.binary())[0], rows["raw"])


def _faults(rows: pa.Table, persons: Sequence[set[int]]) -> pa.Array:
    told = zip(rows["faults"].to_pylist(), persons, strict=True)
    found = [[ERASED + AND.join(map(str, sorted(some)))] if some else faults for faults, some in told]
    return pa.array(found, pa.list_(pa.string()))


def persons_in(faults: Sequence[str]) -> set[int]:
    """Of whom a line was that was erased, by what is said in its stead."""
    return set(map(int, faults[0].removeprefix(ERASED).split(AND)))


def is_erased(faults: Sequence[str]) -> bool:
    """Whether faults say that the line of a row in quarantine was erased."""
    return bool(faults) and faults[0].startswith(ERASED)
