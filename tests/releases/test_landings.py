"""The landings of a log, whatever was restored, put back or cleaned up; what is landed on such a log is kept once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.landing import attempts
from pipelines.log import landings
from pipelines.reading.inspection import status_of
from pipelines.releases.release import all_releases
from pipelines.runs.run import run
from pipelines.storage import delta
from pipelines.storage.deltalog import name_of
from pipelines.storage.places import PlaceError
from tests.landing.lines import file_of, ids, rows_of
from tests.releases.test_continuity import (
    GONE,
    lake,
    land_more,
    old_log,
    put_back,
    refusal,
    require_made_of_the_log,
    restore,
)
from tests.releases.worlds import deeds, served

__all__ = ["lake", "old_log"]


def test_a_log_restored_by_time_is_known_by_its_files(lake, engine):
    first = Path(lake.log, "_delta_log", name_of(1)).stat().st_mtime
    DeltaTable(lake.log).restore(datetime.fromtimestamp(first + 0.001, UTC))
    assert refusal(lake, engine) == GONE.format(log=lake.log)


def test_a_log_restored_to_what_it_was_has_lost_nothing(lake, engine):
    table = DeltaTable(lake.log)
    version = table.version()
    for target in (version - 1, version):
        DeltaTable(lake.log).restore(target)
    assert run(lake, engine).reason == "nothing new"


def test_a_log_restored_to_when_it_was_empty_is_gone_on_from_with_nothing(lake, engine):
    DeltaTable(lake.log).restore(0)
    assert "landings 1 to 2 are gone, with 14 of 14 blocked of 2026-01-01, " in refusal(lake, engine)
    assert run(lake, engine, accept_log=True).release.events == 0
    assert (served(lake)["views/posts"], run(lake, engine).reason) == ([], "nothing new")


def test_what_landed_on_a_restored_log_before_it_was_told_of_is_gone_on_from(lake, engine, tmp_path, monkeypatch):
    restore(lake, None)
    total = landings.parsed(all_releases(lake)[-1].certificate)  # as landings said then, whatever was restored
    monkeypatch.setattr(attempts, "newest", lambda *_: landings.Landed(2, {}, total))
    land_more(lake, engine, tmp_path, 15)
    monkeypatch.undo()
    assert refusal(lake, engine) == GONE.format(log=lake.log)
    assert run(lake, engine, accept_log=True).release.events == 88
    require_made_of_the_log(lake, engine, tmp_path)


def test_of_two_landings_at_once_on_a_log_that_was_put_back_every_event_is_kept_once(lake, old_log, at_once, tmp_path):
    put_back(lake, old_log)
    sources = [file_of(tmp_path / name, *deeds(30, *numbers)) for name, numbers in (("a", (15, 16)), ("b", (16, 17)))]
    at_once(*((lake, "land", {"sources": [source]}) for source in sources))
    found = ids(lake)
    assert len(found) == len(set(found)) == 80 + 3 * 8
    assert sorted({row["landing"] for row in rows_of(lake.log, "event_id")}) == [1, 3, 4]


def clean_up(lake):
    """What Delta does to a log that is not told to keep its commits."""
    DeltaTable(lake.log).create_checkpoint()
    for version in range(DeltaTable(lake.log).version()):
        Path(lake.log, "_delta_log", name_of(version)).unlink(missing_ok=True)


@pytest.mark.parametrize("behind", [1, 2])
def test_a_release_of_the_last_landing_that_was_cleaned_up_is_gone_on_from(released, copy, engine, tmp_path, behind):
    lake = copy(released)
    clean_up(lake)
    if behind == 2:
        land_more(lake, engine, tmp_path, 15)
    release = status_of(lake)["release"]
    assert (release["gone"], release["behind"]) == (None, behind)
    assert run(lake, engine).published
    require_made_of_the_log(lake, engine, tmp_path)


def test_a_release_of_older_landings_that_were_cleaned_up_is_told(released, copy, engine, tmp_path):
    lake = copy(released)
    land_more(lake, engine, tmp_path, 15)
    clean_up(lake)
    told = refusal(lake, engine)
    assert "was made of: no commit says any more what landed up to landing 1; land their sources again, or" in told
    assert run(lake, engine, accept_log=True).release.events == 120


def test_a_log_whose_commits_were_cleaned_up_is_accepted_too(lake, engine, tmp_path):
    DeltaTable(lake.log).alter.set_table_properties({"a": "b"}, raise_if_not_exists=False)
    clean_up(lake)
    assert "no commit says any more what landed; " in refusal(lake, engine)
    assert land_more(lake, engine, tmp_path, 15).number == 3
    assert run(lake, engine, accept_log=True).release.events == 120
    assert run(lake, engine).reason == "nothing new"
    require_made_of_the_log(lake, engine, tmp_path)


def test_a_commit_that_is_there_and_cannot_be_read_is_not_taken_for_one_that_is_gone(lake):
    log = delta.find(lake.log)
    commit = Path(lake.log, "_delta_log", name_of(int(log.version())))
    commit.unlink()
    commit.mkdir()
    with pytest.raises(PlaceError, match=f"^cannot read {commit}: Is a directory$"):
        list(landings.landings(lake.log, log))
