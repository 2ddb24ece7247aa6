"""What we are measured against does the same work: its views are those of the reference."""

import json
from dataclasses import asdict
from itertools import chain

import duckdb
import pytest

from benchmarks import duckdb_peer
from pipelines.views import VIEWS, load_views
from tests.histories import random_history
from tests.laws.worlds import plain
from tests.reference import Policy, views

POLICIES = (Policy(), Policy(cap=3, own_posts=False, replies="all"), Policy(cap=2, replies="none"))
HISTORIES = 60


@pytest.fixture(scope="module")
def events():
    return list(chain.from_iterable(random_history(seed, base=1000 * seed) for seed in range(1, HISTORIES + 1)))


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_all_views_in_duckdb_are_those_of_the_reference(events, policy, tmp_path):
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    duckdb_peer.work(tmp_path, tmp_path / "out", duckdb_peer.Policy(**asdict(policy)))
    expected = views(events, policy)
    assert duckdb_peer.VIEWS == VIEWS
    for view in VIEWS:
        assert comparable(view, rows_of(view, tmp_path / "out")) == comparable(view, expected[view]), view


def rows_of(view, out):
    """All rows of a view in its order, as the reference has them."""
    table = load_views()[view].table
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(out / f"{view}.parquet")).order(table.order_by).to_arrow_table()
    times = [n for n, column in enumerate(table.columns) if column.type == "timestamp"]
    for n in times:
        rows = rows.set_column(n, table.names[n], rows.column(n).cast(table.arrow.field(n).type))
    return [tuple(plain(row[name]) for name in table.names) for row in rows.to_pylist()]


def comparable(view, rows):
    """The rows; of terms only whose they are, as DuckDB lowers some odd letters otherwise."""
    return sorted(row[1:] for row in rows) if view == "user_directory" else rows
