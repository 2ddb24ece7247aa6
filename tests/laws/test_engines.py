"""Law 6: Sail and Spark say the same, row for row."""

from pipelines.releases.release import release
from tests.laws.worlds import land_events, released, together


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
