"""What a run would do: it is what the run then does, and to ask writes nothing."""

from pathlib import Path

import pytest

from pipelines import owners
from pipelines.landing.land import land
from pipelines.releases.release import release
from pipelines.runs import choosing, planning
from pipelines.runs.planning import NothingLanded
from pipelines.runs.plans import Mode, Request
from pipelines.runs.preview import preview
from pipelines.runs.publishing import place_of
from pipelines.runs.run import run
from pipelines.storage import delta
from pipelines.storage.lake import Lake
from tests.landing.lines import file_of, line
from tests.laws.worlds import MANY, in_small_files

ALL = Request({})


def everything(lake):
    """Every file of a lake with its size and time."""
    return {(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in Path(lake.root).rglob("*")}


def modes(found):
    return {step.table: step.mode for step in found.steps}


@pytest.mark.parametrize("asked", [{}, {"rebuild": True}, {"policy": {"cap": 3}}], ids=str)
def test_it_says_how_the_run_makes_each_table_and_writes_nothing(released, engine, copy, asked):
    lake = copy(released)
    before = everything(lake)
    found = preview(lake, Request(**{"policy": {}, **asked}))
    assert everything(lake) == before
    done = run(lake, engine, **asked)
    assert (found.reason, found.release) == (done.reason, done.release.number)
    planned = {name: mode for name, mode in modes(found).items() if mode != Mode.KEPT}
    for name, mode in done.modes.items():
        assert mode == planned[name] or (planned[name], mode) == (Mode.MERGED, Mode.DERIVED)
    assert set(done.modes) == set(planned)
    assert set(done.reasons) == {name for name, mode in done.modes.items() if mode == Mode.DERIVED}


def test_before_the_first_release_all_is_rebuilt(landed):
    found = preview(landed, ALL)
    assert (found.reason, found.release, set(modes(found).values())) == ("first release", 1, {Mode.REBUILT})
    assert (found.events["posted"], sum(found.events.values())) == (10, 80)
    assert found.log == sum(size for _, size in delta.sizes(landed.log, delta.find(landed.log)))


def test_only_what_landed_since_is_read_and_counted(released):
    found = preview(released, ALL)
    first = sum(size for _, size in delta.sizes(released.log, delta.find(released.log, 1)))
    assert (sum(found.events.values()), found.events["posted"]) == (32, 4)
    assert 0 < found.log < first
    assert modes(found)["relations/follows"] == Mode.MERGED
    assert modes(found)["views/newsfeed"] == Mode.MERGED


@pytest.mark.parametrize("asked", [{"rebuild": True}, {"accept_log": True}, {"policy": {"cap": 3}}], ids=str)
def test_new_events_are_told_however_tables_are_made(released, asked):
    assert preview(released, Request(**{"policy": {}, **asked})).events == preview(released, ALL).events


def test_memory_decides_in_how_many_buckets_all_would_be_made(released, copy, engine):
    lake, memory = copy(released), 1 << 14
    found = preview(lake, ALL, memory)
    assert found.reason != preview(lake, ALL).reason
    assert found.reason == run(lake, engine, memory=memory).reason


def test_one_view_reads_no_event_unless_it_is_made_of_events(released):
    for view, reads in (("profile", False), ("daily_activity", True)):
        found = preview(released, Request({}, view=view))
        assert (found.log > 0, found.events) == (reads, {})
        assert [step.table for step in found.steps if step.mode != Mode.KEPT] == [f"views/{view}"]


def test_with_nothing_new_nothing_would_be_done(undisturbed):
    found = preview(undisturbed, ALL)
    assert (found.reason, found.release, found.steps, found.log) == (None, 2, (), 0)


def test_a_damaged_relation_would_be_rebuilt_of_all_events_and_others_with_it(released, copy):
    lake = copy(released)
    file = Path(delta.files(delta.find(lake.relation("follows")))[0])
    file.unlink()
    found = modes(preview(lake, ALL))
    assert {found[f"relations/{name}"] for name in ("follows", "users", "likes")} == {Mode.REBUILT}
    assert found["relations/hides"] == Mode.DERIVED


def test_where_nothing_landed_there_is_nothing_to_plan(tmp_path):
    with pytest.raises(NothingLanded):
        preview(Lake.at(str(tmp_path / "none")), ALL)


def steps(lake, **asked):
    return {step.table: step for step in preview(lake, Request(**{"policy": {}, **asked})).steps}


def follows(*pairs, **said):
    return [line(f"{a}-{b}", "followed", actor_id=a, followee_id=b, **said) for a, b in pairs]


def files(lake, table, number):
    """The files of a table as a release has it."""
    handle = delta.find(place_of(lake, table), release(lake, number).tables[table].version)
    return set(delta.paths(handle))


def test_the_owners_of_tables_of_events_are_those_whom_new_events_name(
    undisturbed, copy, engine, tmp_path, monkeypatch
):
    lake = copy(undisturbed)
    monkeypatch.setattr(choosing, "MOST", MANY)  # no view is made anew
    land(lake, engine, [file_of(tmp_path / "new", *follows((41, 42), (41, 43), (42, 41)))])
    found = steps(lake)
    of = {name: found[f"relations/{name}"].owners for name in ("follows", "users", "active_days", "likes")}
    assert of == {"follows": 2, "users": 2, "active_days": 2, "likes": None}
    assert (found["relations/likes"].mode, found["views/posts"].mode) == (Mode.KEPT, Mode.KEPT)
    assert (found["views/followers"].mode, found["views/followers"].owners) == (Mode.MERGED, None)


def test_the_files_to_write_are_those_that_the_run_writes(tmp_path, engine, monkeypatch):
    in_small_files(monkeypatch, 4)
    lake, everyone = Lake.at(str(tmp_path / "lake")), range(1, 41)
    land(lake, engine, [file_of(tmp_path / "old", *follows(*((one, one + 1) for one in everyone)))])
    run(lake, engine)
    later = follows((1, 40), (2, 40), (39, 1), event_time="2026-07-01T12:00:01Z")
    land(lake, engine, [file_of(tmp_path / "new", *later)])
    found = steps(lake)["relations/users"]
    run(lake, engine)
    gone = files(lake, "relations/users", 1) - files(lake, "relations/users", 2)
    assert (found.owners, found.files_read, found.files_written) == (3, len(gone), len(gone))
    assert 0 < found.written == found.read < steps(lake, rebuild=True)["relations/users"].written


def test_where_a_table_grows_new_rows_would_be_written_and_no_file_again(tmp_path, engine, monkeypatch):
    in_small_files(monkeypatch, 4)
    lake, everyone = Lake.at(str(tmp_path / "lake")), range(1, 41)
    land(lake, engine, [file_of(tmp_path / "old", *follows(*((one, one + 1) for one in everyone)))])
    run(lake, engine)
    land(lake, engine, [file_of(tmp_path / "new", *follows((1, 40), (2, 40), (39, 1)))])
    found = steps(lake)["relations/follows"]
    run(lake, engine)
    old, new = (files(lake, "relations/follows", number) for number in (1, 2))
    assert (found.owners, found.files_read, found.files_written) == (3, 2, 1)
    assert (old - new, len(new - old)) == (set(), 1)


@pytest.mark.parametrize(
    ("pairs", "mode"),
    [([(1, one) for one in range(10, 30)], Mode.MERGED), ([(one, one + 3) for one in range(1, 6)], Mode.DERIVED)],
    ids=["much of one", "little of some"],
)
def test_by_how_many_users_are_touched_a_view_is_merged_or_made_anew_as_foretold(
    tmp_path, engine, monkeypatch, pairs, mode
):
    in_small_files(monkeypatch, 4, most=1 / 10)
    lake, everyone = Lake.at(str(tmp_path / "lake")), range(1, 41)
    land(lake, engine, [file_of(tmp_path / "old", *follows(*((one, one + 1) for one in everyone)))])
    run(lake, engine)
    land(lake, engine, [file_of(tmp_path / "new", *follows(*pairs))])
    found = steps(lake)["views/followers"]
    made = run(lake, engine)
    assert (found.mode, made.modes["views/followers"]) == (mode, mode)
    assert made.reasons.get("views/followers") == (found.reason if mode == Mode.DERIVED else None)


def posts(*ids):
    return [line(f"p{one}", "posted", post_id=one) for one in ids]


@pytest.mark.parametrize("new", [(1,), (9, 17), (4, 900), range(100, 130), range(1, 60, 2)], ids=str)
def test_posts_that_are_new_are_foretold_wherever_their_ids_are(tmp_path, engine, monkeypatch, new):
    in_small_files(monkeypatch, 16)
    lake = Lake.at(str(tmp_path / "lake"))
    for number, ids in enumerate((range(2, 60, 2), (200,), (300, 301))):
        land(lake, engine, [file_of(tmp_path / f"{number}", *posts(*ids))])
        run(lake, engine)
    land(lake, engine, [file_of(tmp_path / "new", *posts(*new))])
    found = steps(lake)
    run(lake, engine)
    made = {name: len(files(lake, name, 4) - files(lake, name, 3)) for name in ("relations/posts", "views/posts")}
    assert {name: found[name].files_written for name in made} == made


def test_many_new_events_are_counted_and_not_read(undisturbed, copy, engine, tmp_path, monkeypatch):
    lake = copy(undisturbed)
    land(lake, engine, [file_of(tmp_path / "new", *follows((41, 42), (41, 43)))])
    exactly = steps(lake)["relations/follows"]
    monkeypatch.setattr("pipelines.runs.preview.READ_AT_MOST", 1)
    about = steps(lake)["relations/follows"]
    assert (exactly.owners, about.owners) == (1, 2)


CAPPED = ("views/newsfeed", "views/notifications")


@pytest.mark.parametrize("cap", [1, 3, 20])
def test_what_a_lower_cap_leaves_is_foretold(undisturbed, copy, engine, cap):
    lake = copy(undisturbed)
    found, before = steps(lake, policy={"cap": cap}), steps(lake, rebuild=True)
    made = run(lake, engine, policy={"cap": cap}).release.tables
    assert {name: found[name].rows for name in CAPPED} == {name: made[name].rows for name in CAPPED}
    assert (found[CAPPED[0]].written < before[CAPPED[0]].written) == (cap < 20)


@pytest.mark.parametrize(("harmed", "cap"), [("newsfeed", 1), ("profile", 900)])
def test_of_what_is_damaged_no_cap_is_foretold_and_a_table_taken_as_it_is(undisturbed, copy, harmed, cap):
    lake = copy(undisturbed)
    Path(delta.files(delta.find(lake.view(harmed)))[0]).unlink()
    found = steps(lake, policy={"cap": cap})
    assert found["views/newsfeed"].rows == steps(undisturbed, rebuild=True)["views/newsfeed"].rows


def test_what_a_higher_cap_adds_is_told_from_profiles(undisturbed, copy, engine):
    lake = copy(undisturbed)
    before = run(lake, engine, policy={"cap": 3}).release.tables
    found = steps(lake, policy={"cap": 50})
    made = run(lake, engine, policy={"cap": 50}).release.tables
    assert abs(found["views/newsfeed"].rows - made["views/newsfeed"].rows) <= made["views/newsfeed"].rows / 5
    assert all(before[name].rows < found[name].rows <= made[name].rows for name in CAPPED)


@pytest.mark.parametrize(("few", "mode"), [(0, Mode.DERIVED), (100, Mode.MERGED)])
def test_newsfeeds_would_be_made_anew_where_most_readers_are_touched(tmp_path, engine, monkeypatch, few, mode):
    monkeypatch.setattr(owners, "FEW", few)
    lake, everyone = Lake.at(str(tmp_path / "lake")), range(1, 41)
    land(lake, engine, [file_of(tmp_path / "old", *follows(*((one, one + 1) for one in everyone)))])
    run(lake, engine)
    land(lake, engine, [file_of(tmp_path / "new", *follows(*((one, one + 2) for one in everyone)))])
    found = preview(lake, ALL)
    assert (modes(found)["views/newsfeed"], run(lake, engine).modes["views/newsfeed"]) == (mode, mode)


@pytest.mark.parametrize(("part", "mode"), [(4, Mode.REBUILT), (3, Mode.MERGED)])
def test_all_would_be_rebuilt_where_much_of_all_events_is_new(released, copy, engine, monkeypatch, part, mode):
    monkeypatch.setattr(planning, "MANY", 31)
    monkeypatch.setattr(planning, "PART", part)
    lake = copy(released)
    found, done = preview(lake, ALL), run(lake, engine)
    assert found.reason == done.reason == "landing 2 is new" + ": 32 of 112 events are new" * (mode == Mode.REBUILT)
    assert (modes(found)["relations/follows"], done.modes["relations/follows"]) == (mode, mode)
