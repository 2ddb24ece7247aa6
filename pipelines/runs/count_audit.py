"""The audit of counts: each must be the number of its facts, row by row.

The hashes of the ids that facts name, added up, must be what the rows' hashes times their counts add up to, modulo
2^64: one pass over each, no grouping. Hashes are unrelated numbers, so wrong counts add up to the same with a chance of
2^-64. Only when they differ are the facts counted id by id, to name the rows.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from pipelines.arrays import Int64s, int64s
from pipelines.checks import AuditError, Findings, require_clean
from pipelines.compiled import compiled
from pipelines.engines.base import Engine
from pipelines.inputs import BucketInputs
from pipelines.invariants import name_of_count
from pipelines.merge.lookup import Lookup, find, lookup_of
from pipelines.projections import Counts
from pipelines.ranges import Ranges, in_bucket
from pipelines.sorting import Words, order_by
from pipelines.tables import Table

Numbered = tuple[str, Int64s, Int64s]
"""A column, ids that it counts, and how many times each."""

ONCE = np.int64(1)
"""How often a fact is counted."""

KEPT = 64
"""Of how many buckets a process keeps the ids that have rows: a few megabytes for each."""


@dataclass(frozen=True)
class Audit:
    """What is audited: the counts of a table, in its data files by bucket, against what the table is made of."""

    table: Table
    counts: Counts
    inputs: BucketInputs
    files: Ranges

    def require_right(self, engine: Engine) -> None:
        """Raise AuditError, with up to five offending ids each, unless the rows' counts are those of the facts."""
        right = are_balanced(engine, self._numbered, self.inputs.buckets)
        _rows.cache_clear()
        if not right:
            self.require_none_wrong(engine)
            raise AuditError(f"{self.table.name}: its counts are not those of the facts, nothing is published")

    def require_none_wrong(self, engine: Engine) -> None:
        """Raise AuditError where the facts, counted id by id, find counts wrong, with up to five of the ids each."""
        findings = Findings()
        for wrong in engine.run(self._wrong, range(self.inputs.buckets)):
            for column, ids in wrong:
                samples = [f"{self.table.key[0]} {one}" for one in ids[:5].tolist()]
                findings.add(name_of_count(column), len(ids), samples)
        require_clean(self.table.name, findings)

    def _wrong(self, part: int) -> list[tuple[str, Int64s]]:
        """By column, the ids of a bucket of which the count is not the number of their facts."""
        buckets = self.inputs.buckets
        found: dict[str, list[tuple[Int64s, Int64s]]] = defaultdict(list)
        for column, ids, numbers in (one for bucket in range(buckets) for one in self._numbered(bucket)):
            here = (ids % buckets == part) & (ids != 0)
            found[column].append((ids[here], numbers[here]))
        wrong = [(column, _unbalanced(*map(np.concatenate, zip(*some, strict=True)))) for column, some in found.items()]
        return [(column, ids) for column, ids in wrong if len(ids)]

    def _numbered(self, bucket: int) -> Iterator[Numbered]:
        """Each fact of a bucket once, and less by its count each row."""
        for column, ids in self.counts.facts(bucket, self.inputs).items():
            kept = self._with_rows(ids) if column in self.counts.elsewhere else ids
            yield column, kept, np.broadcast_to(ONCE, len(ids))
        yield from self.counted(in_bucket(self.files, bucket))

    def counted(self, files: Ranges) -> Iterator[Numbered]:
        """Less by its count each row of some files."""
        (key,) = self.table.key
        for file in files:
            rows = self.inputs.open(file.place, [key, *self.counts.columns])
            for column in self.counts.columns:
                yield column, int64s(rows[key]), -int64s(rows[column])

    def _with_rows(self, ids: Int64s) -> Int64s:
        """The ids, by bucket, and 0 instead of those that have no row."""
        buckets = ids % self.inputs.buckets
        found, ends = ids[order_by(buckets)], np.cumsum(np.bincount(buckets, minlength=self.inputs.buckets))
        for bucket, here in enumerate(np.split(found, ends[:-1])):
            here[find(_rows(self.counts, self.inputs, bucket), here) < 0] = 0
        return found


def are_balanced(engine: Engine, numbered: Callable[[int], Iterator[Numbered]], buckets: int) -> bool:
    """Whether by column the hashes of ids in all buckets, each so many times, add up to nothing."""
    sums: Counter[str] = Counter()
    for one in engine.run(partial(_sums, numbered), range(buckets)):
        sums.update(one)
    return not any(total % 2**64 for total in sums.values())


def _sums(numbered: Callable[[int], Iterator[Numbered]], bucket: int) -> dict[str, int]:
    """By column, the hashes of a bucket's ids, each so many times."""
    sums: Counter[str] = Counter()
    for column, ids, numbers in numbered(bucket):
        sums[column] += int(_sum(ids.view(np.uint64), numbers.view(np.uint64)))
    return dict(sums)


@lru_cache(maxsize=KEPT)
def _rows(counts: Counts, inputs: BucketInputs, bucket: int) -> Lookup:
    """The ids of a bucket that have rows."""
    return lookup_of(counts.rows(bucket, inputs))


@compiled
def _sum(ids: Words, numbers: Words) -> np.uint64:
    """Add up hashes (the finaliser of SplitMix64), each so many times, modulo 2^64; that of 0 is 0."""
    total = np.uint64(0)
    for row in range(len(ids)):
        word = (ids[row] ^ (ids[row] >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        total += (word ^ (word >> np.uint64(31))) * numbers[row]
    return total


def _unbalanced(ids: Int64s, numbers: Int64s) -> Int64s:
    """The ids of which the numbers do not add up to 0."""
    values, places = np.unique(ids, return_inverse=True)
    sums = np.zeros(len(values), np.int64)
    np.add.at(sums, places, numbers)
    found: Int64s = values[sums != 0]
    return found
