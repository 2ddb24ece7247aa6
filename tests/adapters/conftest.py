from datetime import UTC, datetime
from itertools import count

import pytest

from pipelines.landing import land as landing
from tests.landing.lines import file_of
from tests.landing.processes import at_once, ended, killed, processes

__all__ = ["at_once", "ended", "killed", "processes"]

JULY = datetime(2026, 7, 5, tzinfo=UTC)


@pytest.fixture
def land(lake, engine, tmp_path):
    """Land lines of Jetstream's, each time as a new file, in the test's lake unless another is given."""
    numbers = count()

    def land_lines(*lines, lake=lake):
        source = file_of(tmp_path / f"{next(numbers):03}.jsonl", *lines)
        return landing.land(lake, engine, [source], format_name="jetstream", clock=JULY)

    return land_lines
