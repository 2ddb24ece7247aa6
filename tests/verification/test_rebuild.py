"""A release is compared with what its events make: whatever differs is told by table and key."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from pipelines.clock import moment
from pipelines.releases.release import release
from pipelines.runs import publishing
from pipelines.runs.history import IncompleteLog
from pipelines.runs.run import run
from pipelines.verification import differences
from pipelines.verification.rebuild import verify
from tests.releases.worlds import TABLES
from tests.verification.damages import rows_of, serve, with_a_value_changed

MEMORY = 1 << 30


def findings(lake, engine, number=None):
    return {one.table: one for one in verify(lake, release(lake, number), engine, MEMORY)}


def wrong(found):
    return {
        name: [str(one.kind) for one in finding.differences] for name, finding in found.items() if not finding.is_right
    }


def files_below(root):
    return {str(file): file.stat().st_mtime_ns for file in Path(root).rglob("*") if file.is_file()}


@pytest.mark.parametrize("number", [1, 2])
def test_each_release_is_what_its_events_make_and_nothing_is_touched(undisturbed, engine, number):
    before = files_below(undisturbed.root)
    found = findings(undisturbed, engine, number)
    assert (sorted(found), wrong(found)) == (sorted(TABLES), {})
    assert files_below(undisturbed.root) == before


def test_a_release_is_made_again_under_its_own_policy(undisturbed, copy, engine):
    lake = copy(undisturbed)
    run(lake, engine, policy={"cap": 1, "replies": "all"})
    assert wrong(findings(lake, engine)) == wrong(findings(lake, engine, 2)) == {}


def test_one_value_of_each_relation_and_view_that_is_another_is_told(lake, engine):
    expected = {}
    for name in TABLES:
        rows = rows_of(lake, name)
        if rows.num_rows:
            other, expected[name] = with_a_value_changed(name, rows)
            serve(lake, name, other)
    assert len(expected) >= len(TABLES) - 2
    found = findings(lake, engine)
    assert {name: sorted(kinds) for name, kinds in wrong(found).items()} == expected
    assert all("expected " in finding.faults[0] for finding in found.values() if finding.faults)


def test_rows_that_are_missing_too_many_or_there_twice_are_told_by_key(lake, engine):
    rows = rows_of(lake, "views/posts").sort_by("post_id")
    ids = rows["post_id"].to_pylist()
    strange = rows.slice(0, 1).set_column(0, "post_id", pa.array([77], pa.int64()))
    assert rows.column_names[0] == "post_id"
    serve(lake, "views/posts", pa.concat_tables([rows.slice(1), rows.slice(2, 1), strange]))
    found = findings(lake, engine)["views/posts"]
    assert [(str(one.kind), one.key["post_id"]) for one in found.differences] == [
        ("too many", 77),
        ("missing", ids[0]),
        ("too many", ids[2]),
    ]
    assert found.told.endswith("; 2 too many; 1 missing")


def test_of_very_many_rows_that_differ_it_is_said_that_not_all_are_told(lake, engine, monkeypatch):
    monkeypatch.setattr(differences, "READ_AT_MOST", 3)
    serve(lake, "views/posts", rows_of(lake, "views/posts").slice(0, 4))
    found = findings(lake, engine)["views/posts"]
    assert len(found.differences) == 3
    assert found.told.endswith("; of 6 rows that one side has and the other has not, only 3 are told; 3 missing")


def test_rows_in_other_files_or_another_order_are_the_same(lake, engine):
    rows = rows_of(lake, "views/posts").sort_by([("post_id", "descending")])
    serve(lake, "views/posts", rows)
    assert wrong(findings(lake, engine)) == {}


def test_a_file_that_is_gone_is_told_and_all_else_compared(lake, engine):
    (file,) = DeltaTable(lake.view("posts")).file_uris()
    Path(file).unlink()
    found = findings(lake, engine)
    assert (wrong(found), found["views/posts"].rows) == ({"views/posts": []}, None)
    assert found["views/posts"].told.startswith(f"{file} is missing")


def test_of_a_log_that_is_not_what_landed_nothing_is_made(lake, engine):
    DeltaTable(lake.log).delete("event_type = 'blocked'")
    with pytest.raises(IncompleteLog, match="blocked of 2026-01-01: expected 10 events"):
        findings(lake, engine)


def test_what_other_rules_made_is_not_compared(lake, engine, monkeypatch):
    monkeypatch.setitem(vars(publishing.projections()["views/posts"]), "version", 99)
    found = findings(lake, engine)
    assert (wrong(found), found["views/posts"].told) == (
        {},
        "made by other rules than today's, so it cannot be compared",
    )


def test_the_command_tells_what_differs_by_key_and_fails(lake, call):
    rows = rows_of(lake, "views/posts").sort_by("post_id")
    changed = rows.to_pylist()
    changed[0]["text"], changed[0]["posted_at"] = "forged", moment(0)
    serve(lake, "views/posts", pa.Table.from_pylist(changed, rows.schema))
    said = call("verify", "--root", lake.root)
    key = f"post_id {changed[0]['post_id']}"
    text = rows["text"].to_pylist()[0]
    assert said.code == 1
    assert said.err.startswith("error: release 1 is not as it should be: views/posts: expected 10 rows (hash ")
    assert said.err.endswith("; 1 changed\n")
    assert f"views/posts: changed: {key}: " in said.out
    assert f"text forged instead of {text}" in said.out
    facts = json.loads(call("verify", "--json", "--root", lake.root).out)
    (view,) = (one for one in facts["tables"] if not one["right"])
    (told,) = view["differences"]
    assert (view["table"], told["kind"], told["served"][0]["text"]) == ("views/posts", "changed", "forged")
    assert told["expected"][0]["text"] == text


def test_the_command_says_a_line_of_each_table_and_succeeds(undisturbed, call):
    said = call("verify", "--release", "1", "--root", undisturbed.root)
    assert (said.code, said.err) == (0, "")
    assert [line.split()[0] for line in said.out.splitlines()[1:]] == TABLES
    assert {line.split()[-1] for line in said.out.splitlines()[1:]} == {"same"}
