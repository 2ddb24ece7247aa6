"""Lines as Jetstream sends them, about three accounts."""

import json

ADA = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
BEN = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb"
EVE = "did:web:example.com"
POST = f"at://{BEN}/app.bsky.feed.post/3mpsjbtci2c2o"
REV = "3mptbypluud2a"
LATER, LAST = "3mptc22222222", "3mptd22222222"
RECORDS = {
    "follow": ("app.bsky.graph.follow", {"subject": BEN}),
    "block": ("app.bsky.graph.block", {"subject": BEN}),
    "like": ("app.bsky.feed.like", {"subject": {"cid": "bafy", "uri": POST}}),
    "repost": ("app.bsky.feed.repost", {"subject": {"cid": "bafy", "uri": POST}}),
    "post": ("app.bsky.feed.post", {"text": "hello", "createdAt": "2026-07-04T14:38:06.240Z"}),
    "profile": ("app.bsky.actor.profile", {"displayName": "Ada L.", "description": "counts"}),
}


def message(kind, said, did=ADA):
    return json.dumps({"did": did, "time_us": 1783175888085434, "kind": kind, kind: said}, ensure_ascii=False).encode()


def create(what, key="k1", *, did=ADA, rev=REV, operation="create", **changes):
    collection, record = RECORDS[what]
    said = {"rev": rev, "operation": operation, "collection": collection, "rkey": key}
    return message("commit", said | {"record": {"$type": collection} | record | changes, "cid": "bafy"}, did)


def delete(what, key="k1", *, did=ADA, rev=LATER):
    said = {"rev": rev, "operation": "delete", "collection": RECORDS[what][0], "rkey": key}
    return message("commit", said, did)
