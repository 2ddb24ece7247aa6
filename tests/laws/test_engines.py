"""Law 6: Sail and Spark say the same, row for row."""

import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

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


@pytest.mark.skipif(shutil.which("java") is None, reason="the engine 'spark' needs java, which is not on the path")
def test_sail_and_spark_give_the_same_rows_and_hashes(new_lake, histories, plainly, plain_views, engine):
    on_sail, on_spark = new_lake(), new_lake()
    land_events(on_sail, engine, together(histories))
    assert released(on_sail, engine) == plain_views
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:  # one process has one kind of session
        assert process.submit(views_on, "spark", on_spark, together(histories)).result() == plain_views
    assert contents(on_spark) == contents(on_sail)
