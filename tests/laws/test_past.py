"""What a view said of some owners at a time, made of the events that bear on them, is what all events say."""

from dataclasses import replace

import pytest

from pipelines import policy
from pipelines.clock import moment
from pipelines.past.bearing import BEARING
from pipelines.past.reader import PastReader
from pipelines.views import load_views
from tests import reference
from tests.laws.worlds import CLOCK, known, modelled, plain

POLICY = policy.Policy(cap=5)


def by_owner(view, rows):
    """The rows of each owner."""
    owner = load_views()[view].table.names.index(BEARING[view].owner)
    found = {}
    for row in rows:
        found.setdefault(row[owner], []).append(row)
    return found


def one_of_each(histories, owners):
    """Of every history one owner, of whom nothing bears on those of others; then one more, until all came."""
    left = {base: [one for one in sorted(owners) if base < one < base + 1000] for base in histories}
    while any(left.values()):
        yield [some.pop() for some in left.values() if some]


def told(reader, view, owners):
    rows = reader.of_ids(view, BEARING[view].owner, owners)
    return sorted(tuple(plain(value) for value in row.values()) for row in rows)


@pytest.mark.parametrize("view", BEARING)
def test_of_each_owner_as_of_any_time_by_all_that_is_known_or_was_known_then(past, histories, landings, times, view):
    def expected_of(some):
        return by_owner(view, modelled(some, reference.Policy(POLICY.cap))[view])

    owners = {*expected_of(histories)}
    for until, known_at in [(times[0], None), (times[1], CLOCK), (times[2], None)]:
        expected = by_owner(
            view, modelled(known(histories, until, known_at and landings[0]), reference.Policy(POLICY.cap))[view]
        )
        reader = replace(PastReader.of(past, moment(until), known_at), policy=POLICY)
        for owners in one_of_each(
            histories, {*expected, *by_owner(view, modelled(histories, reference.Policy(POLICY.cap))[view])}
        ):
            assert told(reader, view, owners) == sorted(row for one in owners for row in expected.get(one, ()))
