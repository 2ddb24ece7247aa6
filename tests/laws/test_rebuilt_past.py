"""All rows of all views as of any time, by all that is known or was known then, are what those events say."""

from dataclasses import replace

import pytest

from pipelines import policy
from pipelines.clock import moment
from pipelines.reading.reader import Reader
from pipelines.runs.rebuilding import Source, rebuilt
from pipelines.views import VIEWS
from tests import reference
from tests.laws.worlds import CLOCK, differing, known, modelled, rows_of

POLICY = policy.Policy(cap=5, replies="all")


def views_as_of(engine, lake, until, known_at=None, *views):
    """The rows of some views, or all, as of a time in microseconds."""
    source = replace(Source.as_of(lake, moment(until), known_at), policy=POLICY)
    with rebuilt(source, engine, 1 << 28, [f"views/{view}" for view in views or VIEWS]) as made:
        reader = Reader(made.lake, made.release())
        return {view: rows_of(reader, view) for view in views or VIEWS}


@pytest.mark.parametrize(("number", "known_at"), [(0, None), (1, CLOCK), (2, None)])
def test_views_as_of_a_time_are_those_of_the_events_until_then(
    past, engine, histories, landings, times, number, known_at
):
    of_then = known(histories, times[number], known_at and landings[0])
    expected = modelled(of_then, reference.Policy(cap=POLICY.cap, replies=POLICY.replies))
    found = views_as_of(engine, past, times[number], known_at)
    assert {name: found[name] == expected[name] for name in VIEWS} == dict.fromkeys(VIEWS, True), differing(
        histories, found, expected
    )


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_alone_is_made_of_just_the_relations_that_it_needs(past, engine, times, view):
    assert views_as_of(engine, past, times[0], None, view)[view] == views_as_of(engine, past, times[0])[view]


def test_on_spark_they_are_the_same(past, engine, on_spark, times):
    assert on_spark(views_as_of, past, times[1], CLOCK) == views_as_of(engine, past, times[1], CLOCK)
