"""What a run would do: it is what the run then does, and to ask writes nothing."""

from pathlib import Path

import pytest

from pipelines.runs.planning import NothingLanded
from pipelines.runs.plans import Mode, Request
from pipelines.runs.preview import preview
from pipelines.runs.run import run
from pipelines.storage import delta
from pipelines.storage.lake import Lake

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
