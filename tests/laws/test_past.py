"""What a view said of some owners at a time, made of the events that bear on them, is what all events say."""

import os
from dataclasses import replace
from random import Random

import pytest

from pipelines import policy
from pipelines.clock import moment
from pipelines.past.bearing import BEARING
from pipelines.past.reader import PastReader
from pipelines.views import load_views
from tests import reference
from tests.laws.worlds import CLOCK, known, modelled, plain

POLICY = policy.Policy(cap=5)
TURNS = int(os.environ.get("TURNS", "1"))
"""How many owners of each history are asked for, of each view at each time; `TURNS=9` asks for more."""


def by_owner(view, rows):
    """The rows of each owner."""
    owner = load_views()[view].table.names.index(BEARING[view].owner)
    found = {}
    for row in rows:
        found.setdefault(row[owner], []).append(row)
    return found


def one_of_each(histories, owners, random):
    """Of every history one owner, of whom nothing bears on those of others."""
    of_each = ([one for one in sorted(owners) if base < one < base + 1000] for base in histories)
    return [random.choice(some) for some in of_each if some]


def told(reader, view, owners):
    rows = reader.of_ids(view, BEARING[view].owner, owners)
    return sorted(tuple(plain(value) for value in row.values()) for row in rows)


@pytest.mark.parametrize("view", BEARING)
def test_of_an_owner_as_of_any_time_by_all_that_is_known_or_was_known_then(
    past, histories, landings, times, seed, view
):
    def expected_of(some):
        return by_owner(view, modelled(some, reference.Policy(POLICY.cap))[view])

    owners, random = {*expected_of(histories)}, Random(seed)
    for until, known_at in [(times[0], None), (times[1], CLOCK), (times[2], None)]:
        expected = expected_of(known(histories, until, known_at and landings[0]))
        reader = replace(PastReader.of(past, moment(until), known_at), policy=POLICY)
        for some in (one_of_each(histories, owners | {*expected}, random) for _ in range(TURNS)):
            assert told(reader, view, some) == sorted(row for one in some for row in expected.get(one, ()))
