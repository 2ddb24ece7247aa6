"""What becomes of one line of Jetstream's; ids and event ids were made with `sha256sum`."""

import json
from functools import partial

import pytest

from pipelines.adapters import Adapted, AdapterFault, Retraction, atproto
from pipelines.adapters.jetstream import adapt
from tests.adapters.bluesky import ADA, BEN, EVE, POST, REV, create, delete, message

ADA_ID, BEN_ID, EVE_ID, POST_ID = 3791519160619101216, 5564450268980282739, 2238753462274918830, 1286284793392386923
OWN, OWN_ID = f"at://{ADA}/app.bsky.feed.post/3mptbyoeyc22k", 1007937075171805448
TIME, LATER = "2026-07-04T14:38:07.514441+00:00", "2026-07-04T14:38:52.018688+00:00"
SAID = "2026-07-04T14:38:07.877Z"

own_post = partial(create, "post", "3mptbyoeyc22k")
ada = {"actor_id": ADA_ID}
posted = {"event_id": f"at-1bf9d2dbf31f9210514c9054f55b576d-{REV}-create", "event_type": "posted", "version": 2, **ada}
posted |= {"post_id": OWN_ID, "text": "hello"}
WHEN = {"event_time": "2026-07-04T14:38:06.240000+00:00"}


def event(event_id, event_type, time, **payload):
    return {"event_id": f"at-{event_id}", "event_type": event_type, "event_time": time, **ada, **payload}


LINES = {
    "a follow": (
        create("follow", "3mptbypmibb2v"),
        event(f"50871e4bbb17d5b82d11b988c9931f64-{REV}-create", "followed", TIME, followee_id=BEN_ID),
        {BEN: BEN_ID},
    ),
    "a block": (
        create("block", "3mptbypmibb2v"),
        event(f"cf3cfaa0b00baab4eea4c8c4f9dfd1bd-{REV}-create", "blocked", TIME, blocked_id=BEN_ID),
        {BEN: BEN_ID},
    ),
    "a like": (
        create("like", "3mptbyplj5d2a"),
        event(f"3c103b58920529fbef08fce9d816f4d0-{REV}-create", "liked", TIME, post_id=POST_ID),
        {POST: POST_ID},
    ),
    "a repost": (
        create("repost", "3mptbyplj5d2a"),
        event(f"cb3da27c3ead4ca1037d5982da36491d-{REV}-create", "reposted", TIME, post_id=POST_ID),
        {POST: POST_ID},
    ),
    "a post": (
        own_post(langs=["en"], text="東京 💦"),
        posted | WHEN | {"languages": ["en"], "text": "東京 💦"},
        {OWN: OWN_ID},
    ),
    "a post in two languages": (
        own_post(langs=["en-US", "en"]),
        posted | WHEN | {"languages": ["en-US", "en"]},
        {OWN: OWN_ID},
    ),
    "a post without text": (own_post(text="", langs=[]), posted | WHEN | {"text": ""}, {OWN: OWN_ID}),
    "a reply": (
        own_post(reply={"root": {"uri": OWN}, "parent": {"cid": "bafy", "uri": POST}}),
        posted | WHEN | {"reply_to_post_id": POST_ID},
        {OWN: OWN_ID, POST: POST_ID},
    ),
    "a post with mentions": (
        own_post(
            facets=[
                {"index": {}, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": BEN}]},
                {"index": {}, "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "x"}]},
                {"index": {}, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": EVE}]},
            ]
        ),
        posted | WHEN | {"mentioned_ids": [BEN_ID, EVE_ID]},
        {OWN: OWN_ID, BEN: BEN_ID, EVE: EVE_ID},
    ),
    "an edit": (
        own_post(operation="update", text="bye"),
        event(f"1bf9d2dbf31f9210514c9054f55b576d-{REV}-update", "post_edited", TIME, post_id=OWN_ID, text="bye"),
        {OWN: OWN_ID},
    ),
    "a deleted post": (
        delete("post", "3mptbyoeyc22k"),
        event("1bf9d2dbf31f9210514c9054f55b576d-3mptc22222222-delete", "post_deleted", LATER, post_id=OWN_ID),
        {OWN: OWN_ID},
    ),
    "a profile": (
        create("profile", "self"),
        event(
            f"c9c0b34c2faad0a03558639fc6225ce6-{REV}-create", "profile_changed", TIME, first_name="Ada L.", bio="counts"
        ),
        {},
    ),
    "a profile without a name": (
        create("profile", "self", operation="update", displayName="", description=""),
        event(f"c9c0b34c2faad0a03558639fc6225ce6-{REV}-update", "profile_changed", TIME, bio=""),
        {},
    ),
    "a new handle": (
        message("identity", {"did": ADA, "handle": "ada.example.com", "seq": 5, "time": SAID}),
        event("972107507186d5064f9726b2a34e20fc-identity", "profile_changed", SAID, username="ada.example.com"),
        {},
    ),
    "an account that is active": (
        message("account", {"active": True, "did": ADA, "seq": 5, "time": SAID}),
        event("c9e74c3754b87e1bb85ee55058d9ff1e-account", "reactivated", SAID),
        {},
    ),
    "an account that is taken down": (
        message("account", {"active": False, "status": "takendown", "did": ADA, "seq": 5, "time": SAID}),
        event("aad6c65debed8524f3b128cda890a84b-account", "deactivated", SAID),
        {},
    ),
    "an account that is not active, without a reason": (
        message("account", {"active": False, "did": ADA, "seq": 6, "time": SAID}),
        event("aad6c65debed8524f3b128cda890a84b-account", "deactivated", SAID),
        {},
    ),
}


@pytest.mark.parametrize("case", LINES)
def test_a_line_is_one_event_with_the_names_behind_its_ids(case):
    line, expected, names = LINES[case]
    (made,) = adapt("any", line).events
    assert json.loads(made) == expected
    assert adapt("any", line) == Adapted([made], {ADA: ADA_ID} | names)


@pytest.mark.parametrize(
    ("what", "event_type", "subject"),
    [
        ("follow", "unfollowed", "followee_id"),
        ("block", "unblocked", "blocked_id"),
        ("like", "unliked", "post_id"),
        ("repost", "repost_undone", "post_id"),
    ],
)
def test_a_delete_says_which_record_ends(what, event_type, subject):
    ((begun, names, _, _), (events, known, retraction, _)) = adapt("a", create(what)), adapt("a", delete(what))
    record = json.loads(begun[0])["event_id"].removesuffix(f"-{REV}-create")
    expected = event(f"{record.removeprefix('at-')}-3mptc22222222-delete", event_type, LATER)
    assert (events, retraction) == ((), Retraction(expected, record, subject))
    assert known == {ADA: ADA_ID}
    assert len(names) == 2


def test_a_name_whose_bits_are_all_0_gets_the_id_1(monkeypatch):
    monkeypatch.setattr(atproto, "BITS", 1)
    assert [atproto.id_of(name) for name in (ADA, BEN)] == [1, 1]


COMMITTED = {"event_time": TIME}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026-07-04T16:38:06.2400009+02:00", WHEN),
        ("1970-01-01T00:00:00Z", {"event_time": "1970-01-01T00:00:00.000000+00:00"}),
        ("2026-07-04T14:38:07.514442Z", COMMITTED),
        ("2036-07-04T14:38:06Z", COMMITTED),
        ("0001-01-01T00:00:00Z", COMMITTED),
        ("0001-01-01T00:00:00+14:00", COMMITTED),
        ("2026-02-30T00:00:00Z", COMMITTED),
        ("2026-07-04T14:38:06", COMMITTED),
        ("today", COMMITTED),
        (5, COMMITTED),
        (None, COMMITTED),
    ],
)
def test_a_post_has_the_time_that_it_says_if_that_can_be(said, expected):
    (made,) = adapt("any", own_post(createdAt=said)).events
    assert json.loads(made) == posted | expected


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (message("identity", {"did": ADA, "seq": 5, "time": SAID}), "identities without handle"),
        (message("identity", {"handle": "handle.invalid", "time": SAID}), "identities without handle"),
        (message("account", {"active": False, "status": "throttled", "time": SAID}), "accounts whose host has trouble"),
        (message("commit", {"collection": "app.bsky.feed.threadgate"}), "app.bsky.feed.threadgate"),
        (message("commit", {"collection": "fm.teal.alpha.actor.status"}), "other collections"),
        (message("sync", {}), "other kinds of messages"),
        (delete("profile", "self"), "deleted profiles"),
        (create("profile", "self", displayName=None, description=None), "profiles without name and description"),
    ],
)
def test_what_means_nothing_here_is_left_out(line, kind):
    assert adapt("any", line) == Adapted(left_out=kind)


HANDLE = "at://ben.example.com/app.bsky.feed.post/1"
FAULTS = [
    (b"{", "not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    (b"[" * 100_000, "not JSON: maximum recursion depth exceeded while decoding a JSON array from a unicode string"),
    (b'{"did": "\xff"}', "not UTF-8 at byte 9"),
    (b"[1]", "expected a JSON object, found [1]"),
    (b"{}", "kind: expected a string, found nothing"),
    (message("commit", {}, did=5), "did: expected a string, found 5"),
    (message("commit", {}, did="ada"), "did: expected a DID, found 'ada'"),
    (message("commit", None), "commit: expected an object, found nothing"),
    (message("commit", {}), "commit.collection: expected a string, found nothing"),
    (create("like", rev="x"), "commit.rev: expected a revision such as 3mptbypluud2a, found 'x'"),
    (create("like", operation="x"), "commit.operation: expected create or update or delete, found 'x'"),
    (
        create("like", operation="update"),
        "commit.operation: expected create or delete of app.bsky.feed.like, found 'update'",
    ),
    (
        create("like", "a/b"),
        f"commit.rkey: expected a record, as at://DID/COLLECTION/KEY, found 'at://{ADA}/app.bsky.feed.like/a/b'",
    ),
    (create("like", subject=None), "commit.record.subject: expected an object, found nothing"),
    (create("like", subject={}), "commit.record.subject.uri: expected a string, found nothing"),
    (
        create("like", subject={"uri": HANDLE}),
        f"commit.record.subject.uri: expected a record, as at://DID/COLLECTION/KEY, found '{HANDLE}'",
    ),
    (create("follow", subject="ben"), "commit.record.subject: expected a DID, found 'ben'"),
    (create("post", text=None), "commit.record.text: expected a string, found nothing"),
    (create("post", reply={}), "commit.record.reply.parent: expected an object, found nothing"),
    (create("post", langs="en"), "commit.record.langs: expected a list, found 'en'"),
    (own_post(text="x").replace(b'"x"', b'"\\ud800"'), "not text: half of a surrogate pair"),
    (create("profile", displayName=5), "commit.record.displayName: expected a string, found 5"),
    (message("account", {"active": 1}), "account.active: expected true or false, found 1"),
    (message("account", {"active": True}), "account.time: expected a string, found nothing"),
    (message("identity", {"handle": [1]}), "identity.handle: expected a string, found [1]"),
]


@pytest.mark.parametrize(("line", "fault"), FAULTS, ids=[fault for _, fault in FAULTS])
def test_a_line_that_cannot_be_read_is_a_fault(line, fault):
    with pytest.raises(AdapterFault) as raised:
        adapt("any", line)
    assert str(raised.value) == fault
