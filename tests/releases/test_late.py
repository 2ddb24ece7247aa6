"""What another tool adds to the log is found by the next run, counted as late, and in the next release."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from pipelines.checks import AuditError
from pipelines.landing.land import land
from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import maintain
from pipelines.releases.release import release
from pipelines.runs.run import run
from pipelines.storage.checksums import DamagedFile
from pipelines.storage.lake import Lake
from pipelines.verification.rebuild import verify
from tests.cli.conftest import call
from tests.landing.lines import CLOCK, file_of, ids
from tests.releases.worlds import contents, deeds, releases

__all__ = ["call"]

OTHERS = deeds(31, 20, 21)


@pytest.fixture
def lake(undisturbed, copy):
    """Two landings, a release of each."""
    return copy(undisturbed)


@pytest.fixture(scope="module")
def others(folder, engine):
    """The rows of another lake's log."""
    lake = Lake.at(str(folder / "others"))
    land(lake, engine, [file_of(folder / "others.jsonl", *OTHERS)], clock=CLOCK)
    return DeltaTable(lake.log).to_pyarrow_table()


@pytest.fixture(scope="module")
def whole(folder, engine):
    """What a lake has in which the others' events landed as all others did."""
    lake = Lake.at(str(folder / "at once"))
    lines = [*deeds(30, *range(10)), *deeds(31, *range(10, 14)), *OTHERS]
    land(lake, engine, [file_of(folder / "at-once.jsonl", *lines)], clock=CLOCK)
    run(lake, engine)
    return contents(lake)


def added(lake, rows, landing=1):
    """Let another tool add rows to the log, which say that a landing brought them; the path of its file."""
    said = rows.set_column(rows.column_names.index("landing"), "landing", pa.array([landing] * len(rows), pa.int64()))
    before = set(DeltaTable(lake.log).file_uris())
    write_deltalake(lake.log, said, mode="append")
    (file,) = set(DeltaTable(lake.log).file_uris()) - before
    return file


def wrong(lake, engine):
    """Which tables of which releases are not what their events make."""
    return [
        (number, found.table)
        for number in releases(lake)
        for found in verify(lake, release(lake, number), engine, 1 << 30)
        if not found.is_right
    ]


@pytest.mark.parametrize("landing", [1, 2, 3, 9])
def test_it_is_in_the_next_release_and_in_none_before(lake, engine, others, whole, landing):
    file = added(lake, others, landing)
    done = run(lake, engine)
    assert (done.late.landing, done.late.events, done.late.left_out) == (3, len(OTHERS), 0)
    assert [file.endswith(path) for path in done.late.files] == [True]
    assert (done.release.number, done.release.landing, done.reason) == (3, 3, "landing 3 is new")
    assert contents(lake) == whole
    assert wrong(lake, engine) == []
    again = run(lake, engine)
    assert (again.late, again.reason) == (None, "nothing new")


def test_it_is_found_before_the_first_release_and_beside_what_landed_later(landed, copy, engine, others, tmp_path):
    lake = copy(landed)
    added(lake, others)
    land(lake, engine, [file_of(tmp_path / "more", *deeds(31, *range(10, 14)))], clock=CLOCK)
    done = run(lake, engine)
    assert (done.late.events, done.release.landing, wrong(lake, engine)) == (len(OTHERS), 3, [])


def test_what_has_an_id_that_stands_is_left_out(lake, engine, others, whole):
    rows = DeltaTable(lake.log).to_pyarrow_table()
    added(lake, pa.concat_tables([rows.slice(0, 5), others, others.slice(0, 3)]))
    done = run(lake, engine)
    assert (done.late.events, done.late.left_out) == (len(OTHERS), 8)
    assert (contents(lake), len(set(ids(lake)))) == (whole, len(ids(lake)))
    added(lake, others)
    again = run(lake, engine)
    assert (again.late.events, again.late.left_out) == (0, len(OTHERS))
    assert (contents(lake), wrong(lake, engine)) == (whole, [])


def test_a_landing_of_the_same_events_afterwards_brings_nothing(lake, engine, others, tmp_path):
    added(lake, others)
    run(lake, engine)
    assert land(lake, engine, [file_of(tmp_path / "again", *OTHERS)], clock=CLOCK).duplicates == len(OTHERS)


def test_compaction_leaves_it_to_be_found(lake, engine, others, whole):
    added(lake, others)
    maintain(lake, Limits(), execute=True)
    assert run(lake, engine).late.events == len(OTHERS)
    assert contents(lake) == whole


def test_what_is_no_event_is_told_and_nothing_published(lake, engine, others):
    nobodys = pa.array([None] * len(others), pa.int64())
    added(lake, others.set_column(others.column_names.index("actor_id"), "actor_id", nobodys))
    with pytest.raises(AuditError, match="is no event: actor_id: expected an id .*, found nothing"):
        run(lake, engine)
    assert releases(lake) == [1, 2]


def test_its_hashes_are_those_of_what_it_says_whatever_its_tool_wrote(lake, engine, others, whole):
    numbers = pa.array(range(len(others)), pa.int64())
    added(lake, others.set_column(others.column_names.index("content_hash"), "content_hash", numbers))
    run(lake, engine)
    hashes = {row["event_id"]: row["content_hash"] for row in others.to_pylist()}
    landed = {row["event_id"]: row["content_hash"] for row in DeltaTable(lake.log).to_pyarrow_table().to_pylist()}
    assert {one: landed[one] for one in hashes} == hashes
    assert contents(lake) == whole


def test_a_file_of_a_landing_that_comes_back_late_is_waited_for(released, copy, engine):
    lake = copy(released)
    file = newest_file(lake)
    whole = file.read_bytes()
    file.unlink()
    with pytest.raises(DamagedFile, match=str(file)):
        run(lake, engine)
    file.write_bytes(whole)
    done = run(lake, engine)
    assert (done.late, done.release.landing, wrong(lake, engine)) == (None, 2, [])


def newest_file(lake):
    table = DeltaTable(lake.log)
    before = DeltaTable(lake.log, version=table.version() - 1)
    (file,) = set(table.file_uris()) - set(before.file_uris())
    return Path(file)


def test_a_file_of_a_landing_that_a_tool_took_away_and_put_back_is_no_second_landing(lake, engine):
    file, table = newest_file(lake), DeltaTable(lake.log)
    kept = shutil.copy(file, f"{lake.root}/kept")
    commits = Path(lake.log, "_delta_log")
    lines = [json.loads(line) for line in (commits / f"{table.version():020}.json").read_text().splitlines()]
    file.unlink()
    table.repair()
    shutil.move(kept, file)
    again = [line for line in lines if "add" in line]
    (commits / f"{table.version() + 1:020}.json").write_text("".join(json.dumps(line) + "\n" for line in again))
    done = run(lake, engine)
    assert (done.late, done.reason, wrong(lake, engine)) == (None, "nothing new", [])


def test_the_command_counts_it(lake, others, call):
    added(lake, pa.concat_tables([others, others.slice(0, 1)]))
    planned = call("run", "--plan", "--root", lake.root).out.splitlines()
    assert planned[0] == "late         1 file that no landing brought would become a landing first"
    said = call("run", "--root", lake.root)
    told = "late: 16 events of 1 file that no landing brought, now landing 3; 1 event left out, as their ids stand"
    assert (said.code, said.out.splitlines()[0]) == (0, told)
    added(lake, others)
    late = json.loads(call("run", "--json", "--root", lake.root).out)["late"]
    assert (late["events"], late["left_out"]) == (0, 16)
