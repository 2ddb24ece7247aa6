"""One Airflow in which the DAGs run one after another on a lake, of which several files of tests ask."""

import pytest

from tests.dags.airflows import airflow

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
)
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
)


@pytest.fixture(scope="package")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="package")
def found(home):
    """What its process found."""
    return airflow(home, *ORDERS)


@pytest.fixture(scope="package")
def runs(found):
    """What became of each run, by name."""
    return dict(zip(NAMES, found["runs"], strict=True))
