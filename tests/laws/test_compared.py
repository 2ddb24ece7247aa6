"""What differs between two releases, applied to the first, gives the second."""

from collections import Counter

import pytest

from pipelines.reading.comparing import CHANGE, POSITION, Comparison, identity, user_column
from pipelines.reading.reader import Reader
from pipelines.runs.run import run
from pipelines.views import VIEWS, load_view
from tests.laws.worlds import in_small_files, land_events, plain


@pytest.fixture(scope="module")
def sides(engine, new_lake, landings):
    """The readers of a release of each landing, in small files of several buckets; and of one in other buckets."""
    lake = new_lake()
    with pytest.MonkeyPatch.context() as patch:
        in_small_files(patch, 300)
        for part in landings:
            land_events(lake, engine, part)
            run(lake, engine, memory=1 << 21)
        run(lake, engine, rebuild=True, policy={"cap": 3}, memory=1 << 30)
    found = [Reader.of(lake, number) for number in (1, 2, 3)]
    assert len({one.release.buckets for one in found}) == 2
    return found


def rows_of(side, view):
    """The rows of a view as often as it has them, without positions."""
    table = load_view(view).table
    return counted(side.rows(f"SELECT * FROM {view}", view), table)


def counted(rows, table):
    return Counter(tuple(plain(row[name]) for name in table.names if name != POSITION) for row in rows)


def applied(before, compared, view):
    """The rows of before, without those that went or were, and with those that are or came."""
    table, rows = load_view(view).table, Counter(before)
    for batch in compared.rows(view):
        for row in batch.to_pylist():
            (one,) = counted([row], table)
            rows[one] += 1 if row[CHANGE] in ("came", "is") else -1
    assert min(rows.values(), default=0) >= 0
    return +rows


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0), (1, 2), (0, 0)])
def test_applied_to_the_first_it_gives_the_second(sides, view, first, second):
    before, after = sides[first], sides[second]
    compared = Comparison(before, after)
    old, new = rows_of(before, view), rows_of(after, view)
    assert applied(old, compared, view) == new
    known = {kind: set() for kind in ("went", "was", "is", "came")}
    for row in (row for batch in compared.rows(view) for row in batch.to_pylist()):
        known[row[CHANGE]].add(tuple(row[name] for name in identity(load_view(view).table)))
    found = compared.counts(view)
    assert (found.came, found.went, found.changed) == tuple(len(known[kind]) for kind in ("came", "went", "is"))
    assert (known["was"], known["went"] & known["came"]) == (known["is"], set())
    assert found.unchanged == (old & new).total()


@pytest.mark.parametrize("view", [view for view in VIEWS if user_column(load_view(view).table)])
def test_of_a_user_it_is_what_differs_of_the_users_rows(sides, view):
    before, after, _ = sides
    column = user_column(load_view(view).table)
    rows = [row for batch in Comparison(before, after).rows(view) for row in batch.to_pylist()]
    for user in sorted({row[column] for row in rows})[::40]:
        found = [row for batch in Comparison(before, after, user).rows(view) for row in batch.to_pylist()]
        assert told(found) == told(row for row in rows if row[column] == user)


def told(rows):
    """The rows, whatever became of them: one that was another's came to the user."""
    return sorted(repr({name: value for name, value in row.items() if name != CHANGE}) for row in rows)
