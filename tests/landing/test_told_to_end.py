"""A landing that is told to end anywhere leaves no data file that no commit names, and takes none that one does."""

import pytest

from pipelines.storage.lake import Lake
from tests.landing.lines import events, orphans, quarantined
from tests.landing.test_killed import ROUNDS, sources, undisturbed

__all__ = ["sources", "undisturbed"]


@pytest.mark.parametrize("at", [at for at in ROUNDS if at[0] != "create"], ids=lambda at: " ".join(map(str, at)))
def test_told_to_end_and_repeated_it_ends_as_if_it_had_run_once(processes, ended, tmp_path, sources, undisturbed, at):
    lake = Lake.at(str(tmp_path / "ended"))
    ended(lake, "land", at, sources=sources)
    assert orphans(lake) == []
    has_landed = at[0] == "index" or at == ("commit", 2, "after")
    assert events(lake) == (undisturbed[0] if has_landed else [])
    processes[0].do(lake, "land", sources=sources)
    assert (events(lake), quarantined(lake)) == undisturbed
