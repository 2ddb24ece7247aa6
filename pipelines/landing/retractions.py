"""Retractions find their subject: in the events of the same landing that stand so far, and in the log."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.door.decoding import Decoded, decode
from pipelines.landing.decoding import Intake, staged
from pipelines.landing.foreign import RETRACTIONS
from pipelines.landing.id_index import Index
from pipelines.landing.id_words import hashes_of
from pipelines.landing.partitions import Partition, events_in
from pipelines.landing.rejects import RejectStage
from pipelines.storage import datafiles
from pipelines.storage.staging import read_stage

Row = dict[str, Any]
Records = dict[str, list[tuple[str, Row]]]
"""For each record its events: the id, and what may be a subject."""

UNSEEN = "expected a record whose create has landed, found none of this key"


def with_retractions(partitions: list[Partition], index: Index | None, intake: Intake) -> list[Partition]:
    """The partitions, and before each the events of its retractions; one that finds no subject is a faulty line.

    The index is that of the records, if the format has any. Raises PlaceError.
    """
    waiting = [(partition, partition.retractions) for partition in partitions if partition.retractions is not None]
    if not waiting or index is None:
        return partitions
    wanted = pa.concat_tables([read_stage(stage, RETRACTIONS) for _, stage in waiting])
    subjects = pc.unique(wanted["subject"]).to_pylist()
    columns = ["event_id", *subjects]
    records: Records = {}
    keys = pc.unique(wanted["record"])
    for groups in index.candidates(np.sort(hashes_of(keys))):
        _note(datafiles.read(groups.place, columns, groups.numbers), keys, records)
    for partition in partitions:
        _note(events_in(partition.stage, *columns), keys, records)
    return [made for partition in partitions for made in _settled(partition, records, intake)]


def _note(events: pa.Table, keys: pa.Array, records: Records) -> None:
    """Take in the events of the records with these keys, of which all have one length."""
    of = pc.utf8_slice_codeunits(events["event_id"], 0, len(keys[0].as_py()))
    found = pc.is_in(of, keys)
    for key, row in zip(of.filter(found).to_pylist(), events.filter(found).to_pylist(), strict=True):
        records.setdefault(key, []).append((row["event_id"], row))


def _settled(partition: Partition, records: Records, intake: Intake) -> Iterable[Partition]:
    """A partition, before it that of its retractions, which counts no line."""
    if partition.retractions is None:
        return (partition,)
    made: list[bytes] = []
    origins: list[Row] = []
    faulty: list[tuple[Row, tuple[str, ...]]] = []
    for row in read_stage(partition.retractions, RETRACTIONS).to_pylist():
        event = json.loads(row["event"])
        subject = _subject(event["event_id"], row["subject"], records.get(row["record"], []))
        if subject is None:
            faulty.append((row, (UNSEEN,)))
        else:
            made.append(json.dumps(event | {row["subject"]: subject}).encode())
            origins.append(row)
    decoded = decode(b"\n".join(made), intake.clock, lambda row, _, __, told: faulty.append((origins[row], told)))
    with RejectStage(intake.raw_lines) as rejects:
        for row, faults in sorted(faulty, key=lambda one: one[0]["line"]):
            rejects.add(row["line"], row["offset"], row["raw"], faults)
    lines = np.array([row["line"] for row in origins], np.int64)[decoded.lines]
    offsets = np.array([row["offset"] for row in origins], np.int64)[decoded.lines]
    ends = staged(partition.spans, Decoded(decoded.events, lines, offsets, 0), intake.staging)
    return ends, replace(partition, rejects=(*partition.rejects, *rejects.places))


def _subject(event_id: str, subject: str, events: list[tuple[str, Row]]) -> int | None:
    """What the last event of a record before the one of this id says; of two with one id, the one landed first."""
    before = [one for one in events if one[0] < event_id and one[1][subject] is not None]
    return None if not before else int(max(before, key=lambda one: one[0])[1][subject])
