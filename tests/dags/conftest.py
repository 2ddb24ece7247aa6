"""One Airflow in which the DAGs run one after another on a lake, of which several files of tests ask."""

import json

import pytest

from tests.dags.airflows import airflow
from tests.dags.pagers import alerts_to, paging
from tests.servers.processes import free_port

ORDERS = (
    "materialize_views",
    "fill",
    "land_events",
    "materialize_views",
    "land_events",
    "materialize_views",
    "fill",
    "land_events",
    "materialize_views",
    "backfill_views",
    'backfill_views {"cap": 1, "replies": "all", "own_posts": "shown", "dry_run": false}',
    "maintain_lake",
    "verify_views",
    "damage views/newsfeed",
    "verify_views",
    "mend",
    "fill",
    "land_events",
    "damage log",
    "materialize_views",
    "blame views/posts",
    'read submitting {"NEWSFEED_ENGINE": "spark"}',
)
ON_A_SERVER = ("land_events", 'backfill_views {"view": "newsfeed", "cap": 5}')
"""What runs last, on a lake whose server is not there."""
NAMES = (
    "nothing",
    "landed",
    "first",
    "landed_again",
    "again",
    "landed_second",
    "second",
    "dry",
    "backfilled",
    "maintained",
    "verified",
    "damaged",
    "landed_third",
    "unread",
    "away",
    "away_misused",
)


@pytest.fixture(scope="package")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="package")
def pager():
    with paging() as server:
        yield server


@pytest.fixture(scope="package")
def found(home, pager):
    """What its process found; who is called about the lake whose server is not there is `pager`."""
    root = f"hdfs://127.0.0.1:{free_port()}/lake"
    away = {"NEWSFEED_ENGINE": "sail", "NEWSFEED_ROOT": root, "NEWSFEED_INBOX": str(home / "lines")}
    return airflow(home, *ORDERS, f"read away {json.dumps(away | alerts_to(pager))}", *ON_A_SERVER)


@pytest.fixture(scope="package")
def runs(found):
    """What became of each run, by name."""
    return dict(zip(NAMES, found["runs"], strict=True))
