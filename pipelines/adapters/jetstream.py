"""Lines of Bluesky's Jetstream as events; docs/jetstream.md says what becomes what, and what is left out."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pipelines.adapters import FIRST, Adapted, AdapterFault, OtherLayout, Retraction
from pipelines.adapters.atproto import (
    OF_RECORDS,
    RECORD,
    Commit,
    Draft,
    Json,
    a_did,
    a_uri,
    created,
    given,
    key_of,
    people,
    person_of,
    short,
)

__all__ = ["adapt", "check", "people", "person_of"]

NO_HANDLE = (None, "handle.invalid")
HOST_STATES = ("desynchronized", "throttled")
"""States of an inactive account that tell of its host, not of the user."""

RECORD_IDS = OF_RECORDS
POST, PROFILE = "app.bsky.feed.post", "app.bsky.actor.profile"
SUBJECTS = {
    "app.bsky.graph.follow": ("followed", "unfollowed", "followee_id"),
    "app.bsky.graph.block": ("blocked", "unblocked", "blocked_id"),
    "app.bsky.feed.like": ("liked", "unliked", "post_id"),
    "app.bsky.feed.repost": ("reposted", "repost_undone", "post_id"),
}
MENTION = "app.bsky.richtext.facet#mention"


def adapt(source: str, line: bytes) -> Adapted:
    """What a line of Jetstream's says."""
    try:
        return _read(json.loads(line.decode("utf-8")))
    except AdapterFault:
        raise
    except UnicodeDecodeError as fault:
        raise AdapterFault(f"not UTF-8 at byte {fault.start}") from fault
    except UnicodeEncodeError as fault:
        raise AdapterFault("not text: half of a surrogate pair") from fault
    except (ValueError, RecursionError) as fault:
        raise AdapterFault(f"not JSON: {fault}") from fault


def check(_source: str, first: Sequence[bytes]) -> None:
    """Raise OtherLayout where no line is a message, though there are objects or many lines."""
    said = [_parsed(line) for line in first]
    objects = [one for one in said if isinstance(one, dict) and one]
    if any(name in one for one in objects for name in ("did", "kind")):
        return
    if objects or len(first) == FIRST:
        found = f"the fields {', '.join(objects[0])}" if objects else first[0].decode("utf-8", "replace").rstrip()
        raise OtherLayout(f"expected messages with the fields did and kind, found {found:.200}")


def _parsed(line: bytes) -> Any:
    """What a line says in JSON; None when it is none."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _read(message: Any) -> Adapted:
    if not isinstance(message, dict):
        raise AdapterFault(f"expected a JSON object, found {short(message)}")
    kind = given(message, "kind", str)
    if kind not in KINDS:
        return Adapted(left_out="other kinds of messages")
    return KINDS[kind](Draft(given(message, "did", str)), given(message, kind, dict))


def _commit(draft: Draft, commit: Json) -> Adapted:
    collection = given(commit, "collection", str, "commit.")
    if collection in READERS:
        return READERS[collection](Commit(draft, commit, collection))
    return Adapted(left_out=collection if collection.startswith("app.bsky.") else "other collections")


def _of_a_subject(commit: Commit) -> Adapted:
    """A follow, block, like or repost. Its end says only which record ends."""
    begun, ended, field = SUBJECTS[commit.collection]
    if commit.operation == "delete":
        return Adapted((), commit.draft.names, Retraction(commit.event(ended, {}), commit.key, field))
    if commit.operation == "update":
        raise AdapterFault(f"commit.operation: expected create or delete of {commit.collection}, found 'update'")
    if field == "post_id":
        strong = given(commit.record, "subject", dict, RECORD)
        name = a_uri("commit.record.subject.uri", given(strong, "uri", str, "commit.record.subject."))
    else:
        name = a_did("commit.record.subject", given(commit.record, "subject", str, RECORD))
    return commit.draft.adapted(commit.event(begun, {field: commit.draft.id(name)}))


def _post(commit: Commit) -> Adapted:
    """A post; a later version of its record is an edit of the text."""
    post: Json = {"post_id": commit.draft.id(commit.uri)}
    if commit.operation == "delete":
        return commit.draft.adapted(commit.event("post_deleted", post))
    post["text"] = given(commit.record, "text", str, RECORD)
    if commit.operation == "update":
        return commit.draft.adapted(commit.event("post_edited", post))
    reply = commit.optional("reply", dict)
    if reply is not None:
        where = "commit.record.reply.parent"
        parent = given(reply, "parent", dict, "commit.record.reply.")
        post["reply_to_post_id"] = commit.draft.id(a_uri(f"{where}.uri", given(parent, "uri", str, f"{where}.")))
    mentioned = [commit.draft.id(did) for did in _mentions(commit)]
    if mentioned:
        post["mentioned_ids"] = mentioned
    time = created(commit.record.get("createdAt"), commit.time)
    return commit.draft.adapted(commit.event("posted", post | _languages(commit), time))


def _languages(commit: Commit) -> Json:
    languages = commit.optional("langs", list) or []
    return {"version": 2} | ({"languages": languages} if languages else {})


def _mentions(commit: Commit) -> Iterator[str]:
    """The DIDs that the text's facets mention."""
    where = "commit.record.facets: "
    for facet in commit.optional("facets", list) or ():
        features = facet.get("features") if isinstance(facet, dict) else None
        for feature in features if isinstance(features, list) else ():
            if isinstance(feature, dict) and feature.get("$type") == MENTION:
                yield a_did(f"{where}did", given(feature, "did", str, where))


def _profile(commit: Commit) -> Adapted:
    """The display name is the first name: there is no other."""
    if commit.operation == "delete":
        return Adapted(left_out="deleted profiles")
    said = {"first_name": commit.optional("displayName", str) or None, "bio": commit.optional("description", str)}
    names = {name: text for name, text in said.items() if text is not None}
    if not names:
        return Adapted(left_out="profiles without name and description")
    return commit.draft.adapted(commit.event("profile_changed", names))


def _identity(draft: Draft, identity: Json) -> Adapted:
    if identity.get("handle") in NO_HANDLE:
        return Adapted(left_out="identities without handle")
    handle = given(identity, "handle", str, "identity.")
    return _of_an_account(draft, "identity", identity, "profile_changed", {"username": handle})


def _account(draft: Draft, account: Json) -> Adapted:
    if given(account, "active", bool, "account."):
        return _of_an_account(draft, "account", account, "reactivated", {})
    if account.get("status") in HOST_STATES:
        return Adapted(left_out="accounts whose host has trouble")
    return _of_an_account(draft, "account", account, "deactivated", {})


def _of_an_account(draft: Draft, kind: str, said: Json, event_type: str, payload: Json) -> Adapted:
    """The event's id is made of what the message says: relays number messages each in its own way."""
    time = given(said, "time", str, f"{kind}.")
    key = key_of("\n".join([draft.did, time, event_type, *payload.values()]))
    return draft.adapted(draft.event(f"at-{key}-{kind}", event_type, time, payload))


READERS: dict[str, Callable[[Commit], Adapted]] = {
    **dict.fromkeys(SUBJECTS, _of_a_subject),
    POST: _post,
    PROFILE: _profile,
}
KINDS: dict[str, Callable[[Draft, Json], Adapted]] = {"commit": _commit, "identity": _identity, "account": _account}
