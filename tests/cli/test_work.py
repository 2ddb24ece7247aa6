"""Landing and running by the command, and what it says of them."""

import io
import json
import re
import sys
from types import SimpleNamespace

import pytest

from pipelines import owners
from tests.landing.lines import file_of, line, rows_of

TIME = ["--ingestion-time", "2026-01-01T00:00:00Z"]
LANDED = """\
read         5 lines
landed       2 events as landing 1
duplicate    1 event, already there
quarantined  2 lines
         1  line: expected JSON
         1  actor_id: expected an id (1 to 9223372036854775807)
"""
AGAIN = """\
read         5 lines
landed       0 events
duplicate    3 events, already there
quarantined  2 lines, 2 of them already there
"""


@pytest.fixture
def root(tmp_path):
    return tmp_path / "lake"


@pytest.fixture
def work(call, root):
    """A function that calls a command that must succeed; what it prints."""

    def do(*arguments):
        said = call(*arguments, "--root", root)
        assert (said.code, said.err) == (0, "")
        return said.out

    return do


@pytest.fixture
def source(tmp_path):
    return file_of(tmp_path / "a", line("e-1"), b"bad", line("e-2", "posted"), line("e-1"), line(actor_id=0))


def test_a_landing_says_what_became_of_its_lines(work, source):
    assert sorted(work("land", source, *TIME).splitlines()) == sorted(LANDED.splitlines())
    assert work("land", source, *TIME).startswith(AGAIN)


def test_a_landing_as_json(work, source):
    found = json.loads(work("land", source, "--json"))
    assert found.pop("bytes") > 0
    assert found == {
        "number": 1, "lines": 5, "landed": 2, "duplicates": 1, "quarantined": 2, "newly_quarantined": 2,
        "faults": {"line: expected JSON": 1, "actor_id: expected an id (1 to 9223372036854775807)": 1},
        "left_out": {}, "not_read": {}, "gone": None, "index": [], "behind": 0, "streams": {}, "warnings": [],
    }  # fmt: skip


def test_many_kinds_of_faults_are_cut_short(work, tmp_path):
    said = work("land", file_of(tmp_path / "a", *(line(**{f"field{n}": 1}) for n in range(43))))
    assert len(said.splitlines()) == 45
    assert said.splitlines()[-1] == "  … and 3 more kinds of faults"


def test_what_is_not_read_of_a_folder_is_counted_by_what_it_is(work, tmp_path):
    inbox = tmp_path / "inbox"
    for name in ("one", "two", ".hidden"):
        (inbox / name).mkdir(parents=True)
    (inbox / "gone.jsonl").symlink_to("nowhere")
    said = work("land", inbox)
    assert said.startswith("read         0 lines\nnot read     2 folders, 1 hidden name, 1 broken link\nlanded ")
    assert json.loads(work("land", inbox, "--json"))["not_read"] == {"folder": 2, "broken link": 1, "hidden name": 1}


def test_an_inbox_lands_and_its_files_are_moved(work, tmp_path):
    inbox = tmp_path / "in"
    inbox.mkdir()
    file_of(inbox / "a.jsonl", line())
    file_of(inbox / "b.tmp", line("e-2"))
    taken = work("land", inbox, "--done", inbox / "done", "--settled", "0").splitlines()
    assert taken[:3] == [
        "read         1 line",
        "not read     1 file that is still written",
        "landed       1 event as landing 1",
    ]
    assert taken[-1] == f"moved        1 file to {inbox}/done"
    again = json.loads(work("land", inbox, "--done", inbox / "done", "--json"))
    assert (again["landed"], again["moved"], again["not_read"]) == (0, 0, {"file that is still written": 1})


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--settled", "5"], "--done: expected a folder for the files that landed, as --settled also wants it"),
        (["--done", ""], "--done: expected a folder for the files that landed, as --settled also wants it"),
        (["--done", "done"], "SOURCES: expected a folder beside --done, found {source}"),
    ],
)
def test_an_inbox_that_is_given_wrongly_is_told(call, source, tmp_path, monkeypatch, options, told):
    monkeypatch.chdir(tmp_path)
    said = call("land", source, "--root", tmp_path / "lake", *options)
    assert (said.code, said.out, said.err) == (2, "", f"error: {told.format(source=source)}\n")


def test_standard_input_lands(work, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(line())))
    assert "landed       1 event as landing 1\n" in work("land", "-")


def test_the_clock_can_be_given(work, root, tmp_path):
    work("land", file_of(tmp_path / "a", line()), "--ingestion-time", "2026-01-01T00:30:00+01:00")
    assert str(rows_of(root / "log", "event_id")[0]["ingestion_time"]) == "2025-12-31 23:30:00+00:00"


def test_foreign_lines_land_by_their_format(work, root, tmp_path):
    likes = file_of(tmp_path / "person_likes_post_0_0.csv", b"5|9|2010-07-27T00:00:00.000+0000")
    work("land", likes, "--format", "ldbc")
    assert [row["event_id"] for row in rows_of(root / "log", "event_id")] == ["ldbc-liked-5-9"]


def test_what_is_left_out_is_counted_by_what_it_is(work, tmp_path):
    other = b'{"did": "did:web:a.org", "kind": "commit", "commit": {"collection": "app.bsky.graph.list"}}'
    said = work("land", file_of(tmp_path / "a", other, other), "--format", "jetstream")
    assert said.endswith("left out     2 lines without a meaning here\n         2  app.bsky.graph.list\n")


def test_the_root_and_the_engine_can_come_from_the_environment(call, root, source, monkeypatch):
    monkeypatch.setenv("NEWSFEED_ROOT", str(root))
    assert call("land", source).code == 0
    monkeypatch.setenv("NEWSFEED_ENGINE", "flink")
    assert call("run").err.startswith("error: no engine is called 'flink'")


def test_a_run_says_what_it_published_and_then_that_nothing_is_new(work, source):
    work("land", source, *TIME)
    told = work("run").splitlines()
    assert told[0] == "release 1 covers 2 events (first release)"
    assert told[1].split() == ["table", "rows", "seconds", "how"]
    assert [row.split()[:2] for row in told[-10:-6]] == [
        ["views/newsfeed", "1"], ["views/user_timeline", "1"], ["views/profile", "1"], ["views/followers", "1"],
    ]  # fmt: skip
    assert work("run") == "nothing new: release 1 serves on, it covers all 2 events\n"
    assert [one["number"] for one in json.loads(work("releases", "--json"))] == [1]


def test_a_policy_is_remembered_and_its_change_is_told(work, source):
    work("land", source, *TIME)
    first = json.loads(work("run", "--cap", 3, "--no-own-posts", "--json"))
    assert (first["published"], first["reason"], first["release"]["number"]) == (True, "first release", 1)
    assert json.loads(work("run", "--json"))["reason"] == "nothing new"
    second = json.loads(work("run", "--own-posts", "--replies", "all", "--json"))
    assert second["release"]["policy"] == {"cap": 3, "own_posts": True, "replies": "all"}
    assert work("run", "--cap", 4).startswith("release 3 covers 2 events (policy changed: cap 3 → 4)\n")
    assert [one["policy"]["cap"] for one in json.loads(work("releases", "--json"))] == [3, 3, 4]


def test_a_rebuild_with_the_same_result_publishes_nothing(work, source):
    work("land", source, *TIME)
    work("run")
    assert work("run", "--rebuild") == "rebuild: the same again: release 1 serves on, it covers all 2 events\n"


def test_what_was_too_early_lands_when_it_is_readmitted(work, tmp_path):
    early = ["--ingestion-time", "2025-01-01T00:00:00Z"]
    work("land", file_of(tmp_path / "a", line("e-1"), b"bad"), *early)
    landing = json.loads(work("quarantine", "--readmit", "--json"))
    assert (landing["number"], landing["landed"], landing["quarantined"]) == (1, 1, 1)
    assert work("quarantine").startswith("1 line in quarantine\n")


def test_readmitting_nothing_is_no_fault(work, tmp_path):
    work("land", file_of(tmp_path / "a", line("e-1")))
    assert work("quarantine", "--readmit").startswith("read         0 lines\nlanded       0 events\n")


def test_a_plan_says_what_a_run_would_do_and_does_nothing(work, source):
    work("land", source)
    told = work("run", "--plan").splitlines()
    assert re.fullmatch(r"release 1 would be made \(first release\), in about [0-9.]+ seconds", told[0])
    assert told[1] == "new events   1 followed, 1 posted"
    assert [line.split()[1] for line in told if line.startswith("views/")] == ["rebuilt"] * 10
    work("run")
    assert work("run", "--plan") == "nothing new: release 1 would serve on\n"
    assert json.loads(work("run", "--plan", "--rebuild", "--json"))["reason"] == "rebuild"


def test_a_run_says_why_a_view_is_made_anew(work, source, tmp_path):
    work("land", source)
    work("run")
    work("land", file_of(tmp_path / "more", line("e-more", followee_id=9)))
    made = {told.split()[0]: told for told in work("run").splitlines()[2:]}
    assert made["views/followers"].endswith("made anew: to merge all that changed would take longer")
    assert made["views/followees"].endswith("merged")


def test_newsfeeds_are_made_anew_where_most_readers_are_touched(work, source, tmp_path, monkeypatch):
    monkeypatch.setattr(owners, "FEW", 0)
    work("land", source)
    work("run")
    work("land", file_of(tmp_path / "more", line("e-more", followee_id=9)))
    made = next(told for told in work("run").splitlines() if told.startswith("views/newsfeed "))
    assert made.endswith("made anew: most of its owners are touched")
