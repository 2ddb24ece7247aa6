"""What a landing commits: the data files of the events that stand, and their certificate."""

from functools import partial

import numpy as np
import numpy.typing as npt

from pipelines.engines.base import Engine
from pipelines.landing.deduplication import Deduplicated
from pipelines.landing.partitions import Partition
from pipelines.landing.writing import Standing, Target, Written, write_events
from pipelines.log.certificate import Certificate, total_of

TOGETHER = 4
"""How many stages go to one data file at most: each piece of a column costs something, however few rows it has."""


def write_standing(
    engine: Engine, partitions: list[Partition], deduplicated: Deduplicated, target: Target
) -> list[Written]:
    """The files to commit, written without the events that do not stand."""
    flags = zip(deduplicated.duplicate, deduplicated.conflict, strict=True)
    standing = [~(duplicate | conflict) for duplicate, conflict in flags]
    stages = list(zip((partition.stage for partition in partitions), standing, strict=True))
    written = engine.run(partial(write_events, target), _shares(stages, engine.slots))
    return [file for file in written if file is not None]


def _shares(stages: list[Standing], slots: int) -> list[list[Standing]]:
    """The stages in shares of about the same size for tasks of which so many run at once."""
    count = slots * -(-len(stages) // (TOGETHER * slots))
    return [stages[share::count] for share in range(min(count, len(stages)))]


def certificate_of(partitions: list[Partition], deduplicated: Deduplicated, date: str) -> Certificate:
    """The certificate of the events of the partitions that are neither duplicates nor conflicts."""
    certificates: list[Certificate] = []
    for number, partition in enumerate(partitions):
        kept = ~(deduplicated.duplicate[number] | deduplicated.conflict[number])
        start = 0
        for event_type, count in partition.stage.types:
            run = slice(start, start + count)
            hashes = partition.content_hash[run][kept[run]]
            if len(hashes):
                certificates.append({event_type: {date: (len(hashes), _exact_sum(hashes))}})
            start += count
    return total_of(certificates)


def _exact_sum(values: npt.NDArray[np.int64]) -> int:
    return (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())
