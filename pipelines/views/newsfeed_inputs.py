"""What newsfeeds are made of: all timelines, indexed once, and of a bucket who follows and hides whom."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from threading import Lock
from typing import Generic, TypeVar

import pyarrow as pa

from pipelines.arrays import Int64s, int64s, no_rows
from pipelines.inputs import BucketInputs
from pipelines.merge.facts import Facts, facts_of
from pipelines.merge.readers import Pairs
from pipelines.merge.timelines import COLUMNS, Timelines, index_timelines
from pipelines.relations.hides import HIDES
from pipelines.relations.standing import followees_in
from pipelines.relations.timelines import TIMELINES

Indexed = tuple[Timelines, Facts]

ENTRY_BYTES = 224
"""What a row of the timelines takes while they are indexed for the merge and for the audit."""

HELD_BYTES = 2 * ENTRY_BYTES
"""The most that a row takes in a batch: as it was read, indexed with those of users followed since, and with all."""

Value = TypeVar("Value")


class Shared(Generic[Value]):
    """What is found of some data files, which never change, once in each process, and shared by its tasks.

    It is kept until it is asked for of other files.
    """

    def __init__(self) -> None:
        self._lock, self._found = Lock(), dict[Hashable, Value]()

    def of(self, files: Hashable, find: Callable[[], Value]) -> Value:
        """What was found of the files, or is found now; other tasks wait."""
        with self._lock:
            if files not in self._found:
                self._found.clear()
                self._found[files] = find()
            return self._found[files]


_indexed = Shared[Indexed]()
_opening = Lock()
_opened: dict[tuple[str, ...], dict[str, pa.Table]] = {}


def fits(inputs: BucketInputs, row: int = ENTRY_BYTES) -> bool:
    """Whether the tasks of a process may hold all timelines in common, of which a row takes so many bytes."""
    return _rows(inputs.of(TIMELINES), inputs.count) * row <= inputs.shared


@lru_cache(maxsize=1)
def _rows(places: tuple[str, ...], count: Callable[[str], int]) -> int:
    """How many rows files have, whose footers are read once in a process."""
    return sum(map(count, places))


def index(inputs: BucketInputs) -> Indexed | None:
    """All timelines, if they fit, indexed once in each process."""
    return _indexed.of(inputs.of(TIMELINES), partial(_index, inputs)) if fits(inputs) else None


def _index(inputs: BucketInputs) -> Indexed:
    places = inputs.of(TIMELINES)
    held = _opened.get(places, {})
    rows = together(held[place] if place in held else inputs.open(place, COLUMNS) for place in places)
    with ThreadPoolExecutor(1) as beside:
        facts = beside.submit(facts_of, rows)
        return index_timelines(rows), facts.result()


def together(parts: Iterable[pa.Table]) -> pa.Table:
    """Rows of timelines, in any order."""
    return pa.concat_tables([no_rows(TIMELINES.arrow).select(COLUMNS), *parts])


def opened(inputs: BucketInputs, place: str) -> pa.Table:
    """The rows of a file of the timelines; where all fit twice, read once in each process and shared by its tasks."""
    if not fits(inputs, HELD_BYTES):
        return inputs.open(place, COLUMNS)
    places = inputs.of(TIMELINES)
    with _opening:
        if places not in _opened:
            _opened.clear()
            _opened[places] = {}
        if place not in _opened[places]:
            _opened[places][place] = inputs.open(place, COLUMNS)
        return _opened[places][place]


def pieces(inputs: BucketInputs, users: Int64s) -> Iterator[pa.Table]:
    """The timelines of some users, who ascend, a bucket at a time."""
    for bucket in range(inputs.buckets):
        chosen = inputs.choosing({TIMELINES: users[users % inputs.buckets == bucket]})
        yield chosen.read(TIMELINES, COLUMNS, bucket)


def relations(bucket: int, inputs: BucketInputs) -> tuple[Pairs, Pairs]:
    """Whom the bucket's readers follow, and who is hidden from them; those that are chosen, where some are."""
    return _pairs(followees_in(bucket, inputs)), _pairs(inputs.read(HIDES, ["user_id", "hidden_id"], bucket))


def _pairs(rows: pa.Table) -> Pairs:
    """The first two columns."""
    return int64s(rows.columns[0]), int64s(rows.columns[1])
