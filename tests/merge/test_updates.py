"""What is made of newsfeeds as they were and of new entries, beside what sorting finds."""

from random import Random

import numpy as np
import pyarrow as pa
import pytest

from pipelines.merge.facts import ENTRY_COLUMNS, entries_of
from pipelines.merge.groups import cuts
from pipelines.merge.held import held_in, too_few
from pipelines.merge.lookup import are_known, known
from pipelines.merge.updates import as_rows, updated
from pipelines.views.newsfeed import NEWSFEED

CAP = 4
POSTS = range(1, 20)


def newest(entries):
    """The newest of one reader's entries: (reader, post, author, reposter, time)."""
    return sorted(entries, key=lambda one: (-one[4], -one[1]))[:CAP]


def feeds(random, readers, posts):
    """Newsfeeds of some of the posts; three posts are of one time."""
    found = []
    for reader in sorted(random.sample(range(1, 12), readers)):
        chosen = random.sample(posts, random.randint(1, CAP))
        found += newest((reader, post, 7, random.choice([None, 9]), post // 3) for post in chosen)
    return found


def rows_of(entries):
    """Entries as rows of the view, without their positions."""
    schema = pa.schema([NEWSFEED.arrow.field(name) for name in ENTRY_COLUMNS])
    columns = zip(*entries, strict=True) if entries else [[]] * len(ENTRY_COLUMNS)
    return pa.table([pa.array(one, pa.int64()).cast(f.type) for one, f in zip(columns, schema, strict=True)], schema)


def ids(values):
    """Ids, ascending."""
    return np.array(sorted(values), np.int64)


def drawn(random):
    """Old entries, posts that changed, new entries of these, and the entries that were made anew of some readers."""
    changed = random.sample(POSTS, 6)
    old, made = (feeds(random, random.randint(0, 8), POSTS) for _ in range(2))
    return old, set(changed), feeds(random, random.randint(0, 8), changed), made[: random.randint(0, 6)]


def sorted_out(old, changed, new, anew, made):
    """The newsfeeds that are to be found, and of each entry whether it is new."""
    kept = [(one, False) for one in old if one[1] not in changed] + [(one, True) for one in new]
    found = [(one, True) for one in made]
    for reader in {one[0] for one, _ in kept} - anew:
        mine = sorted((pair for pair in kept if pair[0][0] == reader), key=lambda pair: (-pair[0][4], -pair[0][1]))
        found += mine[:CAP]
    return sorted(found, key=lambda pair: (pair[0][0], -pair[0][4], -pair[0][1]))


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_old_and_new_entries_are_merged_however_many_come_at_a_time(seed, batch):
    random = Random(f"{seed} updates")
    for _ in range(200):
        old, changed, new, made = drawn(random)
        anew, rows = {one[0] for one in made} | {random.randint(1, 12)}, rows_of(old)
        some = [entries_of(rows_of(entries)) for entries in (new, made)]
        held = held_in(rows, known(ids(changed)), ids(range(1, 12)))
        found = list(updated(rows, held, some[0], ids(anew), some[1], CAP, batch))
        made_of = pa.Table.from_batches([as_rows(one, NEWSFEED.arrow) for one in found], NEWSFEED.arrow)
        expected = sorted_out(old, changed, new, anew, made)
        assert made_of.select(ENTRY_COLUMNS).equals(rows_of([one for one, _ in expected]))
        assert [flag for one in found for flag in one.is_new] == [is_new for _, is_new in expected]


def test_positions_of_each_reader_are_counted_from_one():
    rows = rows_of([(1, 5, 7, None, 3), (1, 4, 7, 9, 2), (3, 5, 7, None, 3)])
    nothing, nobody = entries_of(rows_of([])), ids([])
    (found,) = updated(rows, held_in(rows, known(ids([4])), ids([1, 3])), nothing, nobody, nothing, CAP, 10)
    assert as_rows(found, NEWSFEED.arrow).select(["reader_id", "position"]).to_pylist() == [
        {"reader_id": 1, "position": 1},
        {"reader_id": 3, "position": 1},
    ]


def test_a_full_newsfeed_needs_as_many_known_entries_as_it_has():
    full = [(reader, post, 7, None, post) for reader in (1, 2, 3) for post in (9, 8, 7, 6)]
    new = [(2, 10, 7, None, 10), (3, 5, 7, None, 5)]
    held = held_in(rows_of([*full, (4, 9, 7, None, 9)]), known(ids([8])), ids(range(1, 5)))
    assert too_few(held, entries_of(rows_of(new)), CAP).tolist() == [1, 3]


def test_entries_of_readers_who_are_not_touched_are_not_stale():
    rows = rows_of([(reader, post, 7, None, post) for reader in (1, 2, 3, 4) for post in (9, 8)])
    assert held_in(rows, known(ids([8])), ids([2, 4, 5])).stale.tolist() == [False] * 3 + [True] + [False] * 3 + [True]


@pytest.mark.parametrize("size", [0, 1, 5, 1000])
def test_just_the_ids_of_a_set_are_known(seed, size):
    some = ids(Random(f"{seed} {size}").sample(range(1, 5000), size))
    assert are_known(known(some), np.arange(1, 5000)).tolist() == np.isin(np.arange(1, 5000), some).tolist()


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [([], []), ([3, 3, 4], [(0, 1), (1, 2), (2, 3)]), ([2, 3, 9, 0, 1], [(0, 2), (2, 3), (3, 5)]), ([0, 0], [(0, 2)])],
)
def test_groups_are_cut_where_they_would_be_too_many(sizes, expected):
    assert list(cuts(np.array(sizes, np.int64), 5)) == expected
