"""Two runs at once: one wins, the other says so or finds nothing new; every release can be read and is whole."""

import pytest
from deltalake import DeltaTable

from tests.landing.lines import rows_of
from tests.releases.worlds import contents, releases, served, tables

TIMES = 2


def told(result):
    """How a run ended."""
    assert result is not None, "it fell with a traceback"
    if "error" in result:
        assert (result["exit_code"], result["says"].startswith("another process committed to ")) == (1, True)
        return result["error"]
    return "published" if result["published"] else result["reason"]


def require_one_winner(results):
    loser, winner = sorted(map(told, results), key="published".__eq__)
    assert (winner, loser in ("Conflict", "nothing new")) == ("published", True)


@pytest.mark.parametrize("time", range(TIMES))
def test_of_two_runs_one_publishes(released, undisturbed, copy, at_once, time):
    lake = copy(released)
    require_one_winner(at_once((lake, "run", {}), (lake, "run", {})))
    assert (releases(lake), contents(lake), served(lake)) == ([1, 2], contents(undisturbed), served(undisturbed))


@pytest.mark.parametrize("time", range(TIMES))
def test_of_two_first_runs_one_publishes(landed, released, copy, at_once, time):
    lake = copy(landed)
    require_one_winner(at_once((lake, "run", {}), (lake, "run", {})))
    assert (releases(lake), contents(lake), served(lake)) == ([1], contents(released), served(released))


@pytest.mark.parametrize("time", range(TIMES))
def test_of_two_runs_after_one_that_was_killed_one_publishes(released, undisturbed, copy, killed, at_once, time):
    lake = copy(released)
    killed(lake, "run", ("commit", 10, "after"))
    require_one_winner(at_once((lake, "run", {}), (lake, "run", {})))
    assert (releases(lake), contents(lake), served(lake)) == ([1, 2], contents(undisturbed), served(undisturbed))


@pytest.mark.parametrize("time", range(TIMES))
def test_runs_of_two_policies_never_mix_in_one_release(released, copy, at_once, time):
    lake = copy(released)
    results = at_once(*((lake, "run", {"policy": {"cap": cap}}) for cap in (1, 2)))
    assert "published" in [told(result) for result in results]
    for number, record in enumerate(rows_of(lake.releases, "release")):
        version = tables(lake, number)["views/newsfeed"]["version"]
        rows = DeltaTable(lake.view("newsfeed"), version=version).to_pyarrow_table()
        assert rows.num_rows == tables(lake, number)["views/newsfeed"]["rows"]
        assert f'"cap": {max(rows["position"].to_pylist())},' in record["policy"] or number == 0
