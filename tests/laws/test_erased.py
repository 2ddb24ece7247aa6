"""Erasing persons: views are as if what is personal had never been said, and so they stay, whatever lands later."""

import zlib
from datetime import timedelta
from random import Random

import pytest

from pipelines.erasing.erase import erase
from pipelines.runs.run import run
from tests.laws.verdicts import require_same
from tests.laws.worlds import CLOCK, land_events, modelled, released, together, views_of

NAMES = ("username", "first_name", "last_name", "bio")
WHO = 200


@pytest.fixture(scope="module")
def chosen(histories, seed):
    """Some of those who did something."""
    return set(Random(seed).sample(sorted({event["actor_id"] for event in together(histories)}), WHO))


def is_first(event):
    """Whether an event lands before persons are erased."""
    return zlib.crc32(event["event_id"].encode()) % 2 == 0


def those_of(histories, chosen):
    """Those of the chosen who did something before."""
    return chosen & {event["actor_id"] for event in together(histories) if is_first(event)}


def without(event, users):
    """An event as it is once users are erased."""
    if event["actor_id"] not in users:
        return event
    said = {name: value for name, value in event.items() if name not in NAMES}
    return said | {"text": ""} if "text" in said else said


def test_views_equal_the_reference_of_events_that_say_nothing_personal(engine, new_lake, histories, chosen):
    def way(some):
        lake, events, users = new_lake(), together(some), those_of(some, chosen)
        if first := [event for event in events if is_first(event)]:
            land_events(lake, engine, first)
            released(lake, engine)
            erase(lake, engine, sorted(users), "the law", clock=CLOCK)
        land_events(lake, engine, [event for event in events if not is_first(event)], CLOCK + timedelta(hours=1))
        found = released(lake, engine)
        assert found == views_of(lake, run(lake, engine, rebuild=True).release.number)
        return found

    def modelled_without(some):
        users = those_of(some, chosen)
        return modelled({base: [without(event, users) for event in events] for base, events in some.items()})

    require_same(histories, way, modelled_without)
