"""Law 6: Sail and Spark say the same, row for row."""

from pipelines.engines import open_engine
from pipelines.runner.releases import release
from tests.laws.worlds import land_events, released, together


def views_on(engine_name, lake, events):
    """The views after a landing and a run on an engine."""
    with open_engine(engine_name) as engine:
        land_events(lake, engine, events)
        return released(lake, engine)


def contents(lake):
    """How many rows each table of the last release has, and their hash."""
    return {name: (table.rows, table.content_hash) for name, table in release(lake).tables.items()}


def test_sail_and_spark_give_the_same_rows_and_hashes(new_lake, histories, engine, plain_views, in_own_process):
    on_sail, on_spark = new_lake(), new_lake()
    land_events(on_sail, engine, together(histories))
    assert released(on_sail, engine) == plain_views
    assert in_own_process(views_on, "spark", on_spark, together(histories)) == plain_views
    assert contents(on_spark) == contents(on_sail)
