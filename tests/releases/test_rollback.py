"""A release that is rolled back to: it serves again as a new one, from which everything goes on."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.landing.land import land
from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import maintain
from pipelines.reading.inspection import status_of
from pipelines.releases.release import ExpiredRelease, NoLake, NoRelease, release
from pipelines.runs.rollback import DamagedRelease, roll_back_to
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of, line, orphans, rows_of
from tests.releases.test_at_once import told
from tests.releases.worlds import contents, deeds, releases, require_restored, served, tables

SAME_AGAIN = "rebuild: the same again"


@pytest.fixture
def lake(undisturbed, copy):
    """Two landings, a release of each."""
    return copy(undisturbed)


def land_more(lake, engine, tmp_path, *lines):
    return land(lake, engine, [file_of(tmp_path / "more", *lines)], clock=CLOCK)


def test_it_serves_the_rows_of_then_as_a_new_release_whose_record_says_so(lake, released, undisturbed):
    done = roll_back_to(lake, 1, CLOCK)
    assert (done.published, releases(lake)) == (True, [1, 2, 3])
    record, first = rows_of(lake.releases, "release")[-1], rows_of(lake.releases, "release")[0]
    assert record == first | {"release": 3, "rolls_back_to": 1}
    assert (served(lake), tables(lake)) == (served(released), tables(released))
    assert served(lake, 1) == served(undisturbed)


def test_status_says_it_and_what_waits(lake):
    roll_back_to(lake, 1)
    found = status_of(lake)["release"]
    assert {name: found[name] for name in ("number", "rolls_back_to", "behind", "waiting_events", "gone")} == {
        "number": 3, "rolls_back_to": 1, "behind": 1, "waiting_events": 32, "gone": None,
    }  # fmt: skip


def test_the_next_run_publishes_what_landed_since_as_a_rebuild_makes_it(lake, undisturbed, engine):
    roll_back_to(lake, 1)
    done = run(lake, engine, clock=CLOCK)
    assert (done.release.number, done.release.rolls_back_to, done.reason) == (4, None, "landing 2 is new")
    require_restored(lake)
    assert (contents(lake), served(lake)) == (contents(undisturbed), served(undisturbed))
    assert run(lake, engine, rebuild=True).reason == SAME_AGAIN


def test_new_events_go_on_from_it(lake, engine, tmp_path):
    roll_back_to(lake, 1)
    land_more(lake, engine, tmp_path, *deeds(31, 20, 21))
    assert run(lake, engine).reason == "landings 2 to 3 are new"
    assert run(lake, engine, rebuild=True).reason == SAME_AGAIN


def test_a_policy_is_taken_back_with_it(lake, engine):
    run(lake, engine, policy={"cap": 1})
    roll_back_to(lake, 2)
    assert (release(lake).policy.cap, run(lake, engine).reason) == (800, "nothing new")


def test_to_what_serves_already_nothing_is_published(lake):
    roll_back_to(lake, 1)
    for number in (3, 1):
        assert (roll_back_to(lake, number).published, releases(lake)) == (False, [1, 2, 3])


def test_to_one_that_was_rolled_back_to_its_rows_are_of_the_first(lake, engine):
    roll_back_to(lake, 1)
    run(lake, engine)
    assert roll_back_to(lake, 3).release.rolls_back_to == 1


def test_maintenance_keeps_what_it_names_and_a_run_goes_on_from_it(lake, released, undisturbed, engine):
    roll_back_to(lake, 1)
    for hours in (0, 2):
        done = maintain(lake, Limits(1), clock=CLOCK.now(CLOCK.tzinfo) + timedelta(hours=hours), execute=True)
        assert done.faults == []
    assert (contents(lake), served(lake)) == (contents(released), served(released))
    assert {name for name, one in contents(lake).items() if one != contents(released)[name]} == set()
    assert run(lake, engine).published
    assert served(lake) == served(undisturbed)


def test_a_run_goes_on_from_it_though_the_files_that_the_log_had_then_became_others(lake, engine, tmp_path):
    for number in (20, 21):
        land_more(lake, engine, tmp_path, *deeds(31, number))
        run(lake, engine)
    then = {file.name for file in Path(lake.log).rglob("*.parquet")}
    for hours in (0, 2):
        maintain(lake, Limits(), clock=CLOCK.now(CLOCK.tzinfo) + timedelta(hours=hours), execute=True)
        land_more(lake, engine, tmp_path, *deeds(31, 30 + hours))
        run(lake, engine)
    assert not then & {file.name for file in Path(lake.log).rglob("*.parquet")}
    roll_back_to(lake, 2)
    time = "2025-12-31T10:10:00Z"  # when what the release says of it happened
    land_more(lake, engine, tmp_path, line("again-10", "unfollowed", event_time=time, actor_id=1, followee_id=2))
    assert run(lake, engine).reason.startswith("landings 3 to ")
    assert run(lake, engine, rebuild=True).reason == SAME_AGAIN


def test_across_a_log_that_was_taken_as_it_is_a_run_makes_all_of_what_is_there(lake, landed, engine):
    shutil.rmtree(lake.log)
    shutil.copytree(landed.log, lake.log)
    run(lake, engine, accept_log=True)
    expected = served(lake)
    roll_back_to(lake, 2)
    assert status_of(lake)["release"]["gone"] is None
    assert run(lake, engine).published
    assert served(lake) == expected


def test_a_landing_after_it_has_a_number_that_none_had(lake, landed, engine, tmp_path):
    shutil.rmtree(lake.log)
    shutil.copytree(landed.log, lake.log)
    roll_back_to(lake, 1)
    assert land_more(lake, engine, tmp_path, line()).number == 3


def test_what_is_not_there_or_was_expired_is_told(lake, tmp_path):
    with pytest.raises(NoLake):
        roll_back_to(Lake.at(str(tmp_path / "none")), 1)
    with pytest.raises(NoRelease, match="there is no release 7: the last one is 2"):
        roll_back_to(lake, 7)
    maintain(lake, Limits(1), execute=True)
    with pytest.raises(ExpiredRelease, match="release 1 was expired at .* by `newsfeed maintain`"):
        roll_back_to(lake, 1)
    assert releases(lake) == [2]


def gone(file):
    file.unlink()


def flipped(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 3] ^= 4
    file.write_bytes(data)


@pytest.mark.parametrize("harm", [gone, flipped])
def test_a_release_of_which_a_file_is_not_whole_does_not_serve_again(lake, harm):
    version = tables(lake, 0)["views/profile"]["version"]
    (entry,) = Path(lake.view("profile"), "_delta_log").glob(f"{version:020}.json")
    (file,) = (one for one in Path(lake.view("profile")).glob("*.parquet") if one.name in entry.read_text())
    harm(file)
    with pytest.raises(DamagedRelease, match="release 1 cannot serve again, files of views/profile are damaged"):
        roll_back_to(lake, 1)
    assert (releases(lake), status_of(lake)["release"]["number"]) == ([1, 2], 2)


@pytest.mark.parametrize("kill", [("file", 1, "before"), ("file", 1, "after"), ("commit", 1, "before")], ids=str)
def test_killed_before_its_record_the_old_release_serves_and_again_it_is_done(
    lake, undisturbed, released, killed, kill
):
    killed(lake, "rollback", kill, to=1)
    assert (releases(lake), served(lake)) == ([1, 2], served(undisturbed))
    assert (roll_back_to(lake, 1).published, served(lake)) == (True, served(released))


def test_killed_after_its_record_it_is_done(lake, released, killed):
    killed(lake, "rollback", ("commit", 1, "after"), to=1)
    assert (roll_back_to(lake, 1).published, releases(lake), served(lake)) == (False, [1, 2, 3], served(released))


def test_told_to_end_it_leaves_no_file(lake, ended):
    ended(lake, "rollback", ("file", 1, "after"), to=1)
    assert (orphans(lake), releases(lake)) == ([], [1, 2])


def test_of_two_at_once_one_publishes(lake, released, at_once):
    loser, winner = sorted(map(told, at_once(*[(lake, "rollback", {"to": 1})] * 2)), key="published".__eq__)
    assert (winner, loser in ("Conflict", "already")) == ("published", True)
    assert (releases(lake), served(lake)) == ([1, 2, 3], served(released))


def test_beside_a_run_releases_follow_one_another_and_each_is_whole(lake, released, engine, tmp_path, at_once):
    land_more(lake, engine, tmp_path, *deeds(31, 20, 21))
    results = [told(one) for one in at_once((lake, "rollback", {"to": 1}), (lake, "run", {}))]
    assert "published" in results
    assert set(results) <= {"published", "Conflict"}
    assert releases(lake) == list(range(1, 3 + results.count("published")))
    assert served(lake)
    run(lake, engine)
    assert run(lake, engine, rebuild=True).reason == SAME_AGAIN
