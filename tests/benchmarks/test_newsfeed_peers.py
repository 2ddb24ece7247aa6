"""The newsfeeds of Polars and Spark, made of DuckDB's relations, are those of the reference."""

import json
from itertools import chain
from pathlib import Path

import polars as pl
import pytest

from benchmarks import duckdb_peer, polars_peer, spark_peer
from tests.histories import random_history
from tests.reference import Policy, views

CAP = 3
HISTORIES = 60


@pytest.fixture(scope="module")
def events():
    return list(chain.from_iterable(random_history(seed, base=1000 * seed) for seed in range(1, HISTORIES + 1)))


@pytest.fixture(scope="module")
def relations(events, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lines")
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    duckdb_peer.work(folder, folder / "out", duckdb_peer.Policy(CAP))
    return folder / "out"


@pytest.fixture(scope="module")
def expected(events):
    return views(events, Policy(cap=CAP))["newsfeed"]


def test_the_newsfeed_in_polars_is_that_of_the_reference(relations, expected):
    polars_peer.write(relations, CAP)
    assert rows_of(relations / "newsfeed-polars.parquet") == expected


def test_the_newsfeed_in_spark_is_that_of_the_reference(relations, expected, on_spark):
    on_spark(written_by, relations)
    assert rows_of(relations / "newsfeed-spark" / "*.parquet") == expected


def written_by(engine, out: Path):
    spark_peer.write(engine.session, out, CAP)


def rows_of(files):
    rows = pl.read_parquet(files).sort("reader_id", "position")
    return rows.with_columns(pl.col("entered_at").dt.timestamp("us")).rows()
