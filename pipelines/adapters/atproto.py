"""The AT Protocol: names, which become int64 ids, revisions, which are times, and what its JSON must hold.

A name is a DID, of an account, or the `at://` URI of a record, such as a post.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pipelines.adapters import Adapted, AdapterFault, RecordIds, unescaped

T = TypeVar("T")
Json = dict[str, Any]

BITS = 63
OF_RECORDS = RecordIds("at-", 35)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
URI = re.compile(rf"at://{DID.pattern}/[a-zA-Z0-9.-]+/[a-zA-Z0-9._:~-]+")
REVISION = re.compile("[2-7a-j][2-7a-z]{12}")
DIGITS = str.maketrans("234567abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuv")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
OPERATIONS = ("create", "update", "delete")
RECORD = "commit.record."
SAID = {str: "a string", dict: "an object", list: "a list", bool: "true or false"}


def id_of(name: str) -> int:
    """The first 63 bits of the name's SHA-256; 1 when they are all 0."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> (64 - BITS) or 1


def person_of(name: str) -> int:
    """The id of the account that a name is of, itself or in the URI of a record."""
    found = DID.search(name)
    return id_of(found[0] if found else name)


def people(line: bytes) -> Iterator[int]:
    """The ids of all accounts that a line names, wherever in it, also where a point or a dash follows."""
    for did in set(DID.findall(unescaped(line).decode("utf-8", "replace"))):
        yield id_of(did)
        yield id_of(did.rstrip("._-"))


def key_of(text: str) -> str:
    """The first 128 bits of a text's SHA-256, as hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def time_of(revision: str) -> datetime:
    """When a commit was made: a revision is 53 bits of microseconds and 10 of a clock's number, as 13 characters."""
    return EPOCH + timedelta(microseconds=int(revision.translate(DIGITS), 32) >> 10)


def created(said: object, committed: datetime) -> datetime:
    """When a record was created, unless that is no time, or one before 1970 or after its commit: then the commit's."""
    if not isinstance(said, str) or not TIME.fullmatch(said):
        return committed
    try:
        time = datetime.fromisoformat(said)
    except ValueError:
        return committed
    return time if EPOCH <= time < committed else committed


def written(time: datetime) -> str:
    """The time as events have it."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def given(holder: Json, name: str, kind: type[T], where: str = "") -> T:
    """What an object holds under a name; `where` is the path of the object. Raises AdapterFault for another kind."""
    found = holder.get(name)
    if isinstance(found, kind):
        return found
    raise AdapterFault(f"{where}{name}: expected {SAID[kind]}, found {'nothing' if found is None else short(found)}")


def a_did(path: str, text: str) -> str:
    """The text. Raises AdapterFault when it is no DID."""
    if DID.fullmatch(text):
        return text
    raise AdapterFault(f"{path}: expected a DID, found {short(text)}")


def a_uri(path: str, text: str) -> str:
    """The text. Raises AdapterFault when it is not the URI of a record, with a DID."""
    if URI.fullmatch(text):
        return text
    raise AdapterFault(f"{path}: expected a record, as at://DID/COLLECTION/KEY, found {short(text)}")


def short(found: object) -> str:
    """What was found, as a message tells it."""
    return f"{found!r:.80}"


class Draft:
    """An event in the making by an account, and the names of which its ids are made."""

    def __init__(self, did: str) -> None:
        self.did = a_did("did", did)
        self.names: dict[str, int] = {}

    def id(self, name: str) -> int:
        """The id of a name, which is noted."""
        self.names[name] = found = id_of(name)
        return found

    def event(self, event_id: str, event_type: str, time: str, payload: Json) -> Json:
        """An event of the account."""
        envelope = {"event_id": event_id, "event_type": event_type, "event_time": time, "actor_id": self.id(self.did)}
        return envelope | payload

    def adapted(self, event: Json) -> Adapted:
        """What the line says: this event."""
        return Adapted([json.dumps(event, ensure_ascii=False).encode()], self.names)


class Commit:
    """One operation on one record of an account's."""

    def __init__(self, draft: Draft, commit: Json, collection: str) -> None:
        self.draft, self.collection = draft, collection
        self.operation = given(commit, "operation", str, "commit.")
        if self.operation not in OPERATIONS:
            raise AdapterFault(f"commit.operation: expected {' or '.join(OPERATIONS)}, found {short(self.operation)}")
        rev = given(commit, "rev", str, "commit.")
        if not REVISION.fullmatch(rev):
            raise AdapterFault(f"commit.rev: expected a revision such as 3mptbypluud2a, found {short(rev)}")
        self.time = time_of(rev)
        self.record = {} if self.operation == "delete" else given(commit, "record", dict, "commit.")
        self.rkey = given(commit, "rkey", str, "commit.")
        self.uri = a_uri("commit.rkey", f"at://{draft.did}/{collection}/{self.rkey}")
        self.key = f"{OF_RECORDS.begin}{key_of(self.uri)}"
        self.event_id = f"{self.key}-{rev}-{self.operation}"

    def event(self, event_type: str, payload: Json, time: datetime | None = None) -> Json:
        """The event that the operation is, at the commit's time unless another is given."""
        return self.draft.event(self.event_id, event_type, written(time or self.time), payload)

    def optional(self, name: str, kind: type) -> Any:
        """What the record holds under a name, None when it holds nothing there."""
        return None if self.record.get(name) is None else given(self.record, name, kind, RECORD)
