"""152 consecutive lines of the real Jetstream land, run and are read."""

import hashlib
from datetime import UTC, datetime, timedelta

from deltalake import DeltaTable

from tests.adapters.bluesky import ADA
from tests.adapters.sample import LINES, landed, landed_and_run
from tests.landing.lines import counts, quarantined, rows_of

TYPES = {"liked": 105, "posted": 17, "reposted": 15, "followed": 6, "blocked": 1, "post_deleted": 1, "reactivated": 1}


def number(name):
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) >> (256 - 63)


def committed(rev):
    number = 0
    for character in rev:
        number = number * 32 + "234567abcdefghijklmnopqrstuvwxyz".index(character)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number // 1024)


def posts():
    """The posts that a follower of all authors sees, newest first: no replies to what is not in the sample."""
    found = {}
    for line in LINES:
        commit = line.get("commit", {})
        record = commit.get("record", {})
        if commit.get("collection") == "app.bsky.feed.post" and "text" in record:
            found[f"at://{line['did']}/app.bsky.feed.post/{commit['rkey']}"] = (line["did"], commit["rev"], record)
    for uri, (did, rev, record) in found.items():
        if "reply" not in record or record["reply"]["parent"]["uri"] in found:
            time = min(datetime.fromisoformat(record["createdAt"]), committed(rev))
            yield time, number(uri), number(did), record["text"]


def require_what_the_lines_say(lake, sample):
    first, again = sample
    assert counts(first) == (152, 146, 0, 3, 3)
    assert first.left_out == {"other collections": 1, "app.bsky.actor.status": 1, "identities without handle": 1}
    assert counts(again) == (152, 0, 146, 3, 0)
    assert {row["faults"][0] for row in quarantined(lake)} == {
        "expected a record whose create has landed, found none of this key"
    }
    kinds = [row["event_type"] for row in rows_of(lake.log, "event_id") if row["landing"] == 1]
    assert {kind: kinds.count(kind) for kind in kinds} == TYPES
    feed = [row for row in rows_of(lake.view("newsfeed"), "reader_id", "position") if row["reader_id"] == number(ADA)]
    texts = {row["post_id"]: row["text"] for row in rows_of(lake.view("posts"), "post_id")}
    found = [(row["entered_at"], row["post_id"], row["author_id"], texts[row["post_id"]]) for row in feed]
    expected = sorted(posts(), reverse=True)
    assert found == [(time.astimezone(UTC), *rest) for time, *rest in expected]
    assert len(found) == 11
    assert sum(row.get("languages") == ["es", "en"] for row in rows_of(lake.view("posts"), "post_id")) == 1


def test_on_sail(lake, tmp_path, engine):
    require_what_the_lines_say(lake, landed_and_run(engine, lake, tmp_path))


def test_on_spark(lake, tmp_path, on_spark):
    require_what_the_lines_say(lake, on_spark(landed_and_run, lake, tmp_path))


def test_every_id_has_its_name(lake, engine, tmp_path):
    landed(lake, engine, tmp_path)
    names = {row["id"]: row["name"] for row in rows_of(lake.identities, "id")}
    assert all(number(name) == found for found, name in names.items())
    table = DeltaTable(lake.log).to_pyarrow_table(columns=["actor_id", "followee_id", "blocked_id", "post_id"])
    used = {one for column in table.columns for one in column.drop_null().to_pylist()}
    assert used <= set(names)
