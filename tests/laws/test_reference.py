"""Law 8: the views are what a small model in plain Python says."""

import os

import pytest

from tests.laws.verdicts import require_same
from tests.laws.worlds import drawn, land_events, modelled, released, together
from tests.reference import Policy

POLICIES = (
    Policy(),
    Policy(cap=1),
    Policy(cap=3, replies="all"),
    Policy(cap=4, own_posts=False),
    Policy(cap=5, own_posts=False, replies="all"),
    Policy(replies="none"),
)


@pytest.fixture(scope="module")
def landed(engine, new_lake, histories):
    lake = new_lake()
    land_events(lake, engine, together(histories))
    return lake


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_the_views_equal_the_reference_under_each_policy(landed, engine, new_lake, histories, policy):
    def way(some):
        lake = landed if some is histories else new_lake()
        if some is not histories:
            land_events(lake, engine, together(some))
        return released(lake, engine, policy)

    require_same(histories, way, lambda some: modelled(some, policy))


def test_the_views_of_many_more_histories_equal_the_reference(engine, new_lake, seed):
    many = drawn(seed + 1_000, int(os.environ.get("HISTORIES", "2000")))

    def way(some):
        lake = new_lake()
        land_events(lake, engine, together(some))
        return released(lake, engine)

    require_same(many, way, modelled)
