import json
import re
from pathlib import Path

from tests.landing.lines import file_of, line

STATUS = """\
lake        ROOT
log         11 events in 2 landings
             2  followed
             1  liked
             3  posted
             4  registered
             1  reposted
            the newest event is of 2025-12-31 11:00:00 UTC, AGE ago
quarantine  2 lines
release     2, 2026-01-01 00:00:00 UTC, up to date
            the newest event is of 2025-12-31 11:00:00 UTC, AGE ago
policy      at most 800 entries, own posts, replies: followed
             5  newsfeed
             4  user_timeline
             5  profile
             2  followers
             2  followees
             3  posts
             3  post_stats
             5  notifications
            12  user_directory
             1  daily_activity
"""
QUARANTINE = """\
2 lines in quarantine

FILE, line 2 (byte BYTE)
  line: expected JSON, found Expecting value at character 1
  b\\x1bad

FILE, line 3 (byte NEXT)
  event_id: expected at least 1 character, found ""
  actor_id: expected an id (1 to 9223372036854775807), found 0
"""


def without_age(text):
    return re.sub(r"[\d,]+ d( \d+ \w+)? ago", "AGE ago", text)


def test_status_says_what_there_is(ask, told):
    assert without_age(ask("status").out) == STATUS.replace("ROOT", told.root)


def test_status_as_json(ask, told):
    facts = json.loads(ask("status", "--json").out)
    release = facts.pop("release")
    assert facts == {
        "root": told.root, "landings": 2, "events": 11, "quarantined": 2,
        "events_by_type": {"followed": 2, "liked": 1, "posted": 3, "registered": 4, "reposted": 1},
        "newest_event": "2025-12-31T11:00:00Z", "streams": {}, "erasing": [],
    }  # fmt: skip
    assert (release["number"], release["released_at"], release["landing"]) == (2, "2026-01-01T00:00:00Z", 2)
    assert (release["newest_event"], release["behind"], release["waiting_events"]) == ("2025-12-31T11:00:00Z", 0, 0)
    assert release["rows"] == {
        "newsfeed": 5, "user_timeline": 4, "profile": 5, "followers": 2, "followees": 2, "posts": 3, "post_stats": 3,
        "notifications": 5, "user_directory": 12, "daily_activity": 1,
    }  # fmt: skip


def test_status_before_the_first_release_says_what_to_do(call, tmp_path):
    call("land", file_of(tmp_path / "a", line()), "--root", tmp_path / "lake")
    said = without_age(call("status", "--root", tmp_path / "lake").out).splitlines()
    assert said[1:] == [
        "log         1 event in 1 landing",
        "             1  followed",
        "            the newest event is of 2025-12-31 10:00:00 UTC, AGE ago",
        "quarantine  0 lines",
        "release     none yet: `newsfeed run` publishes the first one",
    ]
    assert json.loads(call("status", "--json", "--root", tmp_path / "lake").out)["release"] is None


def test_status_says_how_far_the_release_is_behind(call, tmp_path):
    root = ["--root", tmp_path / "lake"]
    for number in range(3):
        time = f"2025-12-31T1{number}:00:00Z"
        call("land", file_of(tmp_path / "a", line(f"e-{number}", event_time=time), line(f"f-{number}")), *root)
        call("run", *root) if number == 0 else None
    said = call("status", *root).out
    assert ", 2 landings with 4 events behind: `newsfeed run`\n" in said
    assert re.findall(r"newest event is of .* (\d\d:\d\d):00 UTC", said) == ["12:00", "10:00"]


def test_releases_are_listed(ask):
    first, second = ask("releases").out.splitlines()[1:]
    policy = "cap 800, own_posts True, replies followed"
    assert " ".join(first.split()) == f"1 2026-01-01 00:00:00 1–1 10 {policy}"
    assert " ".join(second.split()) == f"2 2026-01-01 00:00:00 1–2 11 {policy}"


def test_releases_as_json_have_their_tables_and_certificate(ask):
    (_, second) = json.loads(ask("releases", "--json").out)
    assert (second["number"], second["landing"], second["events"], second["buckets"]) == (2, 2, 11, 1)
    assert second["policy"] == {"cap": 800, "own_posts": True, "replies": "followed"}
    assert second["tables"]["views/posts"]["rows"] == 3
    assert second["certificate"]["posted"]["2026-01-01"][0] == 3


def test_the_quarantine_shows_where_and_why_and_steers_no_terminal(ask, told):
    said = ask("quarantine").out
    start = Path(told.second).read_bytes().index(b"\n") + 1
    expected = QUARANTINE.replace("FILE", told.second).replace("BYTE", str(start)).replace("NEXT", str(start + 5))
    assert said.startswith(expected)
    assert "\x1b" not in said


def test_the_quarantine_is_cut_at_the_limit(ask):
    assert ask("quarantine", "--limit", 1).out.endswith("\n… and 1 more: --limit shows them, --json all\n")


def test_the_quarantine_as_json_has_every_column(ask, told):
    first, second = json.loads(ask("quarantine", "--json").out)
    assert list(first) == [
        "source", "byte_offset", "raw_sha256", "line_number", "raw", "format", "faults", "contract_version",
        "ingestion_time",
    ]  # fmt: skip
    assert (first["source"], first["line_number"], first["raw"]) == (told.second, 2, "b\x1bad")
    assert (len(second["faults"]), second["ingestion_time"]) == (2, "2026-01-01T00:00:00Z")
