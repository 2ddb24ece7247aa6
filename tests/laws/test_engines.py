"""Law 6: Sail and Spark say the same, row for row."""

from random import Random

import pytest

from pipelines.releases.expectations import BrokenExpectation, Expectation, keep
from pipelines.releases.release import release
from pipelines.runs.plans import Mode
from pipelines.runs.run import run
from tests.laws.worlds import drawn, in_small_files, land_events, released, together


def views_on(engine, lake, events):
    """The views after a landing and a run on an engine."""
    land_events(lake, engine, events)
    return released(lake, engine)


def contents(lake):
    """How many rows each table of the last release has, and their hash."""
    return {name: (table.rows, table.content_hash) for name, table in release(lake).tables.items()}


def test_sail_and_spark_give_the_same_rows_and_hashes(new_lake, histories, engine, plain_views, on_spark):
    sails, sparks = new_lake(), new_lake()
    assert views_on(engine, sails, together(histories)) == plain_views
    assert on_spark(views_on, sparks, together(histories)) == plain_views
    assert contents(sparks) == contents(sails)


def after_batches(engine, lake, batches):
    """How the last of the runs after each batch made the tables, in small files and some buckets."""
    with pytest.MonkeyPatch.context() as patch:
        in_small_files(patch, 100)
        for batch in batches:
            land_events(lake, engine, batch)
            done = run(lake, engine, memory=1 << 21)
    return set(done.modes.values())


def test_a_batch_joined_on_spark_gives_the_rows_and_hashes_of_all_at_once_on_sail(new_lake, engine, on_spark, seed):
    histories = together(drawn(seed, 120))
    events = Random(seed).sample(histories, len(histories))
    sparks, sails = new_lake(), new_lake()
    cut = len(events) * 3 // 4
    assert on_spark(after_batches, sparks, [events[:cut], events[cut:]]) == {Mode.MERGED}
    assert released_on(engine, sails, events) == contents(sparks)


def released_on(engine, lake, events):
    """The tables after one landing and one run."""
    land_events(lake, engine, events)
    run(lake, engine)
    return contents(lake)


def said_of_a_check(engine, lake, events):
    """What a run says whose release would break a check."""
    land_events(lake, engine, events)
    keep(lake, Expectation("no-posts", "SELECT min(post_id) AS first FROM posts HAVING count(*) > 0"))
    with pytest.raises(BrokenExpectation) as raised:
        run(lake, engine)
    return str(raised.value)


def test_a_check_stops_a_release_on_both(new_lake, engine, on_spark, seed):
    events = together(drawn(seed, 70))
    said = on_spark(said_of_a_check, new_lake(), events)
    assert said.startswith("release 1 is not published:\ncheck no-posts found 1 row:\n  first ")
    assert said == said_of_a_check(engine, new_lake(), events)
