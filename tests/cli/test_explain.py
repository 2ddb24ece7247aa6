"""`newsfeed explain` says in words, and for programs, why a post is in a newsfeed or is not."""

import json

import pytest
from deltalake import DeltaTable

from pipelines.landing.land import land
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of, line

POLICY = "policy      cap 2, own posts shown, replies: followed"
EVENTS = [
    ("registered", 1, {"username": "ann", "first_name": "Ann", "last_name": "Lee"}),
    ("followed", 1, {"followee_id": 2}),
    ("unfollowed", 1, {"followee_id": 2}),
    ("followed", 1, {"followee_id": 2}),
    ("followed", 1, {"followee_id": 3}),
    ("followed", 1, {"followee_id": 4}),
    ("posted", 2, {"post_id": 20}),
    ("posted", 9, {"post_id": 90}),
    ("reposted", 3, {"post_id": 20}),
    ("reposted", 3, {"post_id": 90}),
    ("repost_undone", 3, {"post_id": 90}),
    ("posted", 2, {"post_id": 21, "reply_to_post_id": 90}),
    ("posted", 4, {"post_id": 40}),
    ("muted", 1, {"muted_id": 4}),
    ("posted", 3, {"post_id": 30}),
    ("post_deleted", 3, {"post_id": 30}),
    ("posted", 3, {"post_id": 31}),
    ("posted", 3, {"post_id": 32}),
    ("posted", 8, {"post_id": 80}),
    ("posted", 7, {"post_id": 70}),
    ("followed", 1, {"followee_id": 7}),
    ("deactivated", 7, {}),
    ("posted", 2, {"post_id": 22, "reply_to_post_id": 999}),
]


def at(number):
    return f"2025-12-31T10:{number:02}:00Z"


@pytest.fixture(scope="module")
def explained(tmp_path_factory, engine):
    """A lake of these events, of which a newsfeed shows two posts."""
    folder = tmp_path_factory.mktemp("explained")
    lake = Lake.at(str(folder / "lake"))
    lines = [
        line(f"e{number}", kind, event_time=at(number), actor_id=actor, **more)
        for number, (kind, actor, more) in enumerate(EVENTS, 1)
    ]
    land(lake, engine, [file_of(folder / "lines", *lines)], clock=CLOCK)
    run(lake, engine, policy={"cap": 2})
    return lake.root


@pytest.fixture
def ask(call, explained):
    return lambda *arguments: call("explain", *arguments, "--root", explained)


def test_an_entry_is_explained_by_its_reasons_with_their_events_and_by_those_that_are_none(ask):
    assert ask("@ann", "32").out.splitlines() == [
        "post 32 is in the newsfeed of Ann Lee @ann (1), release 1: entry 1 of at most 2",
        "because     you follow user 3, who wrote it",
        "              2025-12-31 10:05:00  followed       e5",
        "              2025-12-31 10:18:00  posted         e18",
        POLICY,
    ]


WHY_NOT = {
    ("1", "20"): "it would be entry 3; the newsfeed ends at 2",
    ("1", "21"): "user 2 wrote it, but it is a reply to user 9, whom you do not follow",
    ("1", "22"): "user 2 wrote it, but it is a reply to a post that was never seen",
    ("1", "30"): "deleted by its author on 2025-12-31 10:16:00, event e16",
    ("1", "40"): "hidden: you muted user 4 on 2025-12-31 10:14:00, event e14",
    ("1", "70"): "user 7 is deactivated on 2025-12-31 10:22:00, event e22",
    ("1", "80"): "you follow neither user 8 nor anyone who reposted it",
    ("1", "90"): "user 9 wrote it, but you do not follow user 9; "
    "user 3 reposted it, but user 3 took the repost back on 2025-12-31 10:11:00, event e11",
    ("1", "99"): "no such post was seen",
    ("4", "20"): "you follow neither user 2 nor anyone who reposted it",
}


@pytest.mark.parametrize("pair", WHY_NOT, ids=" ".join)
def test_of_a_post_that_is_not_shown_the_first_line_says_why(ask, pair):
    first = ask(*pair).out.splitlines()[0]
    name = "Ann Lee @ann (1)" if pair[0] == "1" else f"user {pair[0]}"
    assert first == f"post {pair[1]} is not in the newsfeed of {name}, release 1: {WHY_NOT[pair]}"


def test_what_hides_a_post_stands_below_the_reasons_that_it_has(ask):
    assert ask("1", "40").out.splitlines()[1:] == [
        "reason      you follow user 4, who wrote it",
        "              2025-12-31 10:06:00  followed       e6",
        "              2025-12-31 10:13:00  posted         e13",
        "hidden as   you muted user 4",
        "              2025-12-31 10:14:00  muted          e14",
        POLICY,
    ]


def test_as_of_a_time_it_is_what_was_so_then(ask):
    before = ask("1", "40", "--as-of", at(13))
    assert before.out.splitlines()[0] == (
        "post 40 is in the newsfeed of Ann Lee @ann (1), as of 2025-12-31T10:13:00Z: entry 1 of at most 2"
    )
    unknown = ask("1", "40", "--as-of", at(13), "--known-at", at(1))
    assert (unknown.code, unknown.err) == (
        1,
        "error: there is no user 1 as of 2025-12-31T10:13:00Z, as known at 2025-12-31T10:01:00Z\n",
    )


def test_json_has_all_there_is(ask):
    found = json.loads(ask("1", "20", "--json").out)
    assert (found["of"], found["shown"], found["position"]) == ("release 1", False, 3)
    assert [(one["kind"], one["user_id"], one["at"]) for one in found["reasons"]] == [
        ("followed", 2, "2025-12-31T10:07:00Z"),
        ("reposted", 3, "2025-12-31T10:09:00Z"),
    ]
    follow, posted = found["reasons"][0]["events"]
    assert (follow["event_id"], posted["event_id"]) == ("e4", "e7")
    missing = json.loads(ask("1", "90", "--json").out)["missing"]
    assert [(one["kind"], [cause["what"] for cause in one["lacks"]]) for one in missing] == [
        ("followed", ["never followed"]),
        ("reposted", ["undone"]),
    ]


CAUSED = [
    ("e1", "posted", {"actor_id": 2, "post_id": 20}),
    ("e2", "followed", {"actor_id": 1, "followee_id": 2, "causation_id": "e1", "correlation_id": "a talk"}),
    ("e3", "liked", {"actor_id": 1, "post_id": 20, "causation_id": "e2"}),
    ("e4", "posted", {"actor_id": 2, "post_id": 21, "causation_id": "e3"}),
    ("e5", "posted", {"actor_id": 2, "post_id": 22, "causation_id": "e0"}),
    ("e6", "posted", {"actor_id": 2, "post_id": 23, "causation_id": "e7"}),
    ("e7", "liked", {"actor_id": 1, "post_id": 23, "causation_id": "e6"}),
]


@pytest.fixture(scope="module")
def caused(tmp_path_factory, engine):
    """A lake of events that say what caused them, which landed one by one."""
    folder = tmp_path_factory.mktemp("caused")
    lake = Lake.at(str(folder / "lake"))
    for number, (name, kind, more) in enumerate(CAUSED, 1):
        land(lake, engine, [file_of(folder / name, line(name, kind, event_time=at(number), **more))], clock=CLOCK)
    run(lake, engine)
    return lake.root


def test_what_caused_an_event_stands_below_it_one_behind_another(call, caused):
    found = call("explain", "1", "21", "--root", caused).out.splitlines()[1:-1]
    assert found == [
        "because     you follow user 2, who wrote it",
        "              2025-12-31 10:02:00  followed       e2",
        "                part of a talk",
        "  caused by   2025-12-31 10:01:00  posted         e1",
        "              2025-12-31 10:04:00  posted         e4",
        "  caused by   2025-12-31 10:03:00  liked          e3",
        "  caused by   2025-12-31 10:02:00  followed       e2",
        "  caused by   2025-12-31 10:01:00  posted         e1",
    ]


def test_a_cause_that_is_not_there_is_named_and_one_that_goes_round_is_told_once(call, caused):
    assert call("explain", "1", "22", "--root", caused).out.splitlines()[-3:-1] == [
        "              2025-12-31 10:05:00  posted         e5",
        "                caused by e0, of which no more is told",
    ]
    assert call("explain", "1", "23", "--root", caused).out.splitlines()[-3:-1] == [
        "              2025-12-31 10:06:00  posted         e6",
        "  caused by   2025-12-31 10:07:00  liked          e7",
    ]


def test_json_has_what_events_say_of_their_cause_and_the_causes(call, caused):
    found = json.loads(call("explain", "1", "21", "--json", "--root", caused).out)
    follow, posted = found["reasons"][0]["events"]
    assert (follow["correlation_id"], follow["causation_id"], posted["causation_id"]) == ("a talk", "e1", "e3")
    assert sorted(one["event_id"] for one in found["causes"]) == ["e1", "e2", "e3"]


def test_causes_as_of_a_time_are_those_that_had_happened(call, caused):
    found = call("explain", "1", "23", "--as-of", at(6), "--root", caused).out.splitlines()
    assert found[-2] == "                caused by e7, of which no more is told"


def test_what_is_neither_a_post_nor_a_time_is_refused(ask):
    for wrong in (["1", "0"], ["1", "x"], ["1", "20", "--as-of", "yesterday"], ["1", "20", "--known-at", at(1)]):
        assert ask(*wrong).code == 2


def test_a_release_is_explained_by_the_events_that_it_was_made_of_also_where_they_landed_again(call, engine, tmp_path):
    lake = Lake.at(str(tmp_path / "lake"))
    followed, posted = (line("f", "followed", actor_id=1, followee_id=2), line("p", "posted", actor_id=2, post_id=20))
    for name, text in (("first", followed), ("second", posted)):
        land(lake, engine, [file_of(tmp_path / name, text)], clock=CLOCK)
    run(lake, engine)
    log = DeltaTable(lake.log)
    log.restore(log.version() - 1)
    assert land(lake, engine, [file_of(tmp_path / "second", posted)], clock=CLOCK).number == 3
    assert "is in the newsfeed of user 1, release 1: entry 1" in call("explain", "1", "20", "--root", lake.root).out
