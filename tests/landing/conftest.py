from functools import partial

import pytest

from pipelines.landing import land as landing
from tests.landing.lines import CLOCK
from tests.landing.processes import at_once, ended, killed, processes

__all__ = ["at_once", "ended", "killed", "processes"]


@pytest.fixture
def land(lake, engine):
    """Land sources in the test's lake, at CLOCK unless told otherwise."""
    return partial(_land, lake, engine)


def _land(lake, engine, *sources, clock=CLOCK, **given):
    return landing.land(lake, engine, sources, clock=clock, **given)
