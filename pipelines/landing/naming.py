"""The names behind ids that an adapter made: of two names with one id the one landed first stands.

Names are told apart by a second hash, of 64 bits, which has nothing to do with the ids.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.adapters import load_person_of
from pipelines.arrays import Bools, flags, no_rows, strings, with_column
from pipelines.checks import require_clean, standard_checks
from pipelines.door.decoding import Decoded
from pipelines.engines.base import Engine
from pipelines.events.log import IDENTITIES
from pipelines.hashing import row_hashes
from pipelines.landing.decoding import Intake, staged
from pipelines.landing.deduplication import first_of_group
from pipelines.landing.foreign import NAMES, RETRACTIONS
from pipelines.landing.hash_filter import within
from pipelines.landing.lost import NOTHING, Lost
from pipelines.landing.partitions import Names, Partition, events_in
from pipelines.landing.rejects import RejectStage
from pipelines.landing.rereading import lines_at
from pipelines.log.erasures import Erasures
from pipelines.storage import commits, datafiles, declaring, delta, places
from pipelines.storage.datafiles import DataFile
from pipelines.storage.file_writer import FileWriter
from pipelines.storage.lake import Lake
from pipelines.storage.staging import read_stage, write_stage
from pipelines.storage.uncommitted import owned

APPLICATION = "identities"
WHOLE_TABLE: dict[str, str | None] = {}


@dataclass(frozen=True)
class Naming:
    """For each partition with names, which are new, and which have another's id; on a version of the table.

    `files` are those that were looked in, all but those that the table lost; what is `forgotten` is stored without the
    name.
    """

    table: delta.Handle
    lost: Lost
    files: list[str]
    new: list[Bools]
    taken: list[Bools]
    forgotten: list[Bools]


def resolve_names(
    lake: Lake, partitions: list[Partition], erased: tuple[str, Erasures], was_lost: Lost = NOTHING
) -> Naming | None:
    """Which names of the partitions, given in source order, are new or taken; None when there are no names.

    Those of persons whom erasures are of, by a format, and of their posts, are not told apart.
    """
    names = _names(partitions)
    if not names:
        return None
    table = declaring.ensure(lake.identities, IDENTITIES)
    lost = was_lost.of(table)
    files = [places.join(lake.identities, path) for path in delta.paths(table) if path not in lost.paths]
    ids = np.concatenate([one.ids for one in names])
    order = np.argsort(ids, kind="stable")
    ids, hashes = ids[order], np.concatenate([one.hashes for one in names])[order]
    first = first_of_group(ids)
    owners = hashes[first]
    known = np.zeros(len(ids), np.bool_)
    for place in files:
        at, found = _known(place, ids)
        known[at], owners[at] = True, found
    new, taken = np.empty(len(ids), np.bool_), np.empty(len(ids), np.bool_)
    new[order] = ~known & (first == np.arange(len(ids)))
    taken[order] = hashes != owners
    forgotten = np.concatenate([_forgotten(one, *erased) for one in names])
    ends = np.cumsum([len(one.ids) for one in names])[:-1]
    return Naming(table, lost, files, *(np.split(some, ends) for some in (new, taken & ~forgotten, forgotten)))


def _names(partitions: list[Partition]) -> list[Names]:
    return [partition.names for partition in partitions if partition.names is not None]


def _forgotten(names: Names, format_name: str, erasures: Erasures) -> Bools:
    """Which names are of persons who were erased, or of their posts."""
    person_of = load_person_of(format_name) if erasures.until else None
    if person_of is None:
        return np.zeros(len(names.ids), np.bool_)
    told = read_stage(names.stage, NAMES)["name"].to_pylist()
    return np.array([person_of(name) in erasures.until for name in told], np.bool_)


def _known(place: str, ids: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    """Where among the ascending ids those of a file stand, and the hashes of their names there."""
    rows = datafiles.read(place, ["id", "name"]).combine_chunks()
    rows = rows.take(pa.array(within(rows["id"].to_numpy(), ids))).combine_chunks()
    found = rows["id"].to_numpy()
    starts, ends = np.searchsorted(ids, found, "left"), np.searchsorted(ids, found, "right")
    at = np.concatenate([np.empty(0, np.int64), *map(np.arange, starts, ends)])
    hashes = row_hashes(rows.select(["name"]).to_batches()[0]) if len(found) else np.empty(0, np.uint64)
    return at, np.repeat(hashes, ends - starts)


def without_taken(partitions: list[Partition], naming: Naming | None, intake: Intake) -> list[Partition]:
    """The partitions, where a line that uses a name whose id another name has is faulty."""
    if naming is None or not any(taken.any() for taken in naming.taken):
        return partitions
    owners = _owners(partitions, naming)
    taken = iter(naming.taken)
    return [
        _without(partition, next(taken), owners, intake) if partition.names else partition for partition in partitions
    ]


def _owners(partitions: list[Partition], naming: Naming) -> dict[int, str]:
    """The names that have the ids of names that are taken."""
    pairs = list(zip(_names(partitions), naming.taken, strict=True))
    wanted = pa.array(np.unique(np.concatenate([one.ids[taken] for one, taken in pairs])))
    standing = (read_stage(one.stage, NAMES).filter(pa.array(~taken)) for one, taken in pairs)
    known = (datafiles.read(place, ["id", "name"]) for place in naming.files)
    owners: dict[int, str] = {}
    for rows in (*known, *standing):
        found = rows.filter(pc.is_in(rows["id"], wanted))
        owners |= dict(zip(found["id"].to_pylist(), found["name"].to_pylist(), strict=True))
    return owners


def _without(partition: Partition, taken: Bools, owners: dict[int, str], intake: Intake) -> Partition:
    """A partition without the lines that use taken names, which are faulty."""
    if partition.names is None or not taken.any():
        return partition
    faults: dict[int, list[str]] = {}
    for row in read_stage(partition.names.stage, NAMES).filter(pa.array(taken)).to_pylist():
        for offset in row["offsets"]:
            faults.setdefault(offset, []).append(_fault(row["name"], row["id"], owners[row["id"]]))
    left = ~np.isin(partition.offset, list(faults))
    events = events_in(partition.stage).filter(pa.array(left))
    retractions = _retractions(partition)
    lines = dict(zip(partition.offset.tolist(), partition.line.tolist(), strict=True))
    lines |= dict(zip(retractions["offset"].to_pylist(), retractions["line"].to_pylist(), strict=True))
    raws = zip(sorted(faults), lines_at(partition.spans, sorted(faults)), strict=True)
    with RejectStage(intake.raw_lines) as rejects:
        for offset, raw in raws:
            rejects.add(lines[offset], offset, raw, tuple(faults[offset]))
    decoded = Decoded(events, partition.line[left], partition.offset[left], partition.line_count)
    kept = retractions.filter(pc.invert(pc.is_in(retractions["offset"], pa.array(list(faults), pa.int64()))))
    stage = None
    rest = staged(partition.spans, decoded, intake.staging)
    if kept.num_rows:
        stage = f"{rest.stage.place}-retractions"
        write_stage(stage, [kept])
    told = (*partition.rejects, *rejects.places)
    return replace(rest, rejects=told, left_out=partition.left_out, names=partition.names, retractions=stage)


def _retractions(partition: Partition) -> pa.Table:
    return no_rows(RETRACTIONS) if partition.retractions is None else read_stage(partition.retractions, RETRACTIONS)


def _fault(name: str, found: int, owner: str) -> str:
    return f"expected a name whose id no other has, found {name} with the id {found} of {owner}"


def commit_names(lake: Lake, engine: Engine, partitions: list[Partition], naming: Naming | None) -> None:
    """Add the new names, on the very version in which others were looked for, in the stead of lost ones.

    Raises Conflict.
    """
    if naming is None or (naming.lost == NOTHING and not any(new.any() for new in naming.new)):
        return
    stages = [one.stage for one in _names(partitions)]
    chosen = list(zip(stages, naming.new, naming.forgotten, strict=True))
    with owned({lake.identities: naming.table}) as mark:
        written = engine.run(partial(write_names, lake.identities, mark), chosen)
        files = tuple(file for file in written if file is not None)
        number, gone = delta.number(naming.table, APPLICATION) + 1, tuple(naming.lost.paths)
        if naming.lost.is_settled_by(files):
            said = naming.lost.total(naming.table, files)
            commits.commit(
                naming.table, IDENTITIES, commits.Commit(files, gone, APPLICATION, number, said, WHOLE_TABLE)
            )


def write_names(place: str, mark: str, one: tuple[str, Bools, Bools]) -> DataFile | None:
    """Write the chosen names of a stage, some of them forgotten, to a new data file of the table, if any."""
    stage, new, forgotten = one
    if not new.any():
        return None
    rows = without_names(read_stage(stage, NAMES).select(IDENTITIES.names), forgotten)
    rows = rows.filter(pa.array(new)).combine_chunks()
    writer = FileWriter(place, IDENTITIES, 0, standard_checks(IDENTITIES), mark=mark)
    for batch in rows.to_batches(max_chunksize=IDENTITIES.row_group):
        writer.write(batch)
    file = writer.close()
    require_clean("identities", writer.findings())
    return file


def without_names(rows: pa.Table, forgotten: Bools) -> pa.Table:
    """Rows of the table, of which some have no name any more."""
    return with_column(rows, "name", pc.if_else(flags(forgotten), strings([""])[0], rows["name"]))
