"""Laws 1 to 4 and 7: in which order, how often and in how many parts events arrive changes nothing."""

from random import Random

import pytest

from pipelines.releases.release import all_releases
from pipelines.runs.run import run
from tests.laws.verdicts import require_same
from tests.laws.worlds import CLOCK, land_events, modelled, released, together, views_of


@pytest.fixture
def shuffled(seed):
    """A function that gives the events of histories in one random order."""
    return lambda histories: Random(seed).sample(events := together(histories), len(events))


def pieces(events, seed, count):
    """The events cut into pieces at random."""
    cuts = sorted(Random(seed).sample(range(len(events) + 1), min(count - 1, len(events))))
    return [events[start:end] for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True)]


def test_any_order_of_arrival_gives_the_same_views(engine, new_lake, histories, shuffled, plainly, plain_views):
    def way(some):
        lake = new_lake()
        land_events(lake, engine, shuffled(some))
        return released(lake, engine)

    require_same(histories, way, plainly, plain_views)


def test_repetition_at_any_distance_changes_nothing(engine, new_lake, histories, shuffled, plainly, plain_views, seed):
    def way(some):
        lake, events = new_lake(), together(some)
        often = [*events, *Random(seed).choices(events, k=2 * len(events))]
        first = land_events(lake, engine, [*often, *shuffled(some)])
        again = land_events(lake, engine, Random(seed).choices(events, k=len(events)))
        assert (first.landed, first.duplicates) == (len(events), 3 * len(events))
        assert (again.number, again.landed, again.duplicates) == (None, 0, len(events))
        return released(lake, engine)

    require_same(histories, way, plainly, plain_views)


@pytest.mark.parametrize("count", [2, 5])
def test_landings_cut_anywhere_with_runs_in_between_give_the_same_views(
    engine, new_lake, histories, shuffled, plainly, plain_views, seed, count
):
    def way(some):
        lake = new_lake()
        for number, piece in enumerate(pieces(shuffled(some), seed, count)):
            if land_events(lake, engine, piece).number and number != 2:  # the third waits for the fourth
                run(lake, engine)
        return released(lake, engine)

    require_same(histories, way, plainly, plain_views)


def test_a_release_keeps_the_views_of_the_events_that_it_covers(engine, new_lake, histories, shuffled, seed):
    first, second = pieces(shuffled(histories), seed, 2)
    arrived = {event["event_id"] for event in first}
    covered = {base: [e for e in events if e["event_id"] in arrived] for base, events in histories.items()}
    lake = new_lake()
    for piece in (first, second):
        land_events(lake, engine, piece)
        run(lake, engine)
    assert views_of(lake, 1) == modelled(covered)
    assert views_of(lake, 2) == modelled(histories) != views_of(lake, 1)


def test_running_again_publishes_nothing_new(engine, new_lake, histories):
    lake, events = new_lake(), together(histories)
    land_events(lake, engine, events)
    first = run(lake, engine, clock=CLOCK)
    land_events(lake, engine, events)
    again = run(lake, engine)
    rebuilt = run(lake, engine, rebuild=True)
    assert first.published
    assert (again.published, again.reason, set(again.seconds)) == (False, "nothing new", {"open"})
    assert not rebuilt.published
    assert all_releases(lake) == [first.release] == [again.release] == [rebuilt.release]
