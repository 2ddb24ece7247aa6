"""Random histories that make trouble on purpose: few users, few posts, few instants, so that
facts meet, ties decide, and much is undone, late, taken over or done by the wrong user."""

from random import Random

from .actions import Cast, acted
from .sentences import Event

# How often each event type is drawn, in relation to the others.
WEIGHTS = {
    "registered": 4,
    "profile_changed": 4,
    "deactivated": 2,
    "reactivated": 3,
    "followed": 26,
    "unfollowed": 4,
    "blocked": 4,
    "unblocked": 5,
    "muted": 5,
    "unmuted": 5,
    "posted": 26,
    "post_edited": 4,
    "post_deleted": 3,
    "reposted": 16,
    "repost_undone": 4,
    "liked": 6,
    "unliked": 4,
}
TYPES = frozenset(WEIGHTS)
UNDOES = {
    "unfollowed": "followed",
    "unblocked": "blocked",
    "unmuted": "muted",
    "repost_undone": "reposted",
    "unliked": "liked",
    "reactivated": "deactivated",
}
UNDONE_BY = {done: undone for undone, done in UNDOES.items()}
COMMON = ("event_id", "event_type", "event_time")

INSTANTS = (
    "2024-03-01T00:00:00Z",
    "2024-03-01T00:00:00.000001Z",
    "2024-03-01T00:00:00.000999Z",
    "2024-03-01T00:00:00.001Z",
    "2024-03-01T12:30:00.5Z",
    "2024-03-01T23:59:59.999999Z",
    "2024-03-02T00:00:00Z",
    "2024-03-02T08:15:30.123456Z",
)
LONG_AGO = ("1970-01-01T00:00:00Z", "2019-12-31T23:59:59.999999Z")

# "9" sorts before "10" only as a number. "é" comes in two spellings. By code point U+FF5E sorts
# before the two beyond the BMP, in UTF-16 after them.
PLAIN = ("1", "9", "10", "0", "a", "A", "b", "-", "_", " ", "~")
ACCENTED = ("é", "e\u0301", "ß", "e")
BEYOND = ("\uff5e", "\U0001f600", "\U00010000")
ALPHABETS = (PLAIN, BEYOND, PLAIN + ACCENTED + BEYOND)


def random_history(
    seed: int, *, types: frozenset[str] | None = None, base: int = 0, size: int | None = None
) -> list[Event]:
    """The history of a seed, with only these event types; all its ids lie within `base` + 1 … 999,
    and its event ids start with `base`, so that histories can share a log."""
    rng = Random(seed)
    cast = Cast.of(rng, base)
    drawn = {name: weight for name, weight in WEIGHTS.items() if types is None or name in types}
    size = rng.randint(5, 80) if size is None else size
    event_types = rng.choices(list(drawn), list(drawn.values()), k=size)
    times = event_times(rng, size)
    event_ids = unique_event_ids(rng, base, size)
    events: list[Event] = []
    for event_id, event_type, time in zip(event_ids, event_types, times, strict=True):
        done = contradicted(rng, events, event_type) or acted(rng, cast, event_type)
        events.append({"event_id": event_id, "event_type": event_type, "event_time": time} | done)
    return connected(Random(f"{seed} connected"), events)


def connected(rng: Random, events: list[Event]) -> list[Event]:
    """The events, of which some are part of something, or caused by another one, that may be later, or themselves."""
    some = [event["event_id"] for event in events]
    return [
        event
        | ({"correlation_id": rng.choice(("c", "C", "😀"))} if rng.random() < 0.15 else {})
        | ({"causation_id": rng.choice(some)} if rng.random() < 0.15 else {})
        for event in events
    ]


def contradicted(rng: Random, events: list[Event], event_type: str) -> Event | None:
    """The actor and the payload of an earlier event that this one undoes, as most that undo do, or does again."""
    undone, often = (UNDOES[event_type], 0.8) if event_type in UNDOES else (UNDONE_BY.get(event_type), 0.15)
    earlier = [event for event in events if event["event_type"] == undone]
    if not earlier or rng.random() > often:
        return None
    return {field: value for field, value in rng.choice(earlier).items() if field not in COMMON}


def event_times(rng: Random, size: int) -> list[str]:
    """Few instants, mostly rising; how many come late differs from history to history."""
    instants = sorted(rng.sample(INSTANTS, rng.randint(2, len(INSTANTS))), key=INSTANTS.index)
    late = rng.choice((0.0, 0.2, 1.0))
    times = [instants[n * len(instants) // size] for n in range(size)]
    any_time = (*instants, *LONG_AGO[: rng.randint(0, 2)])
    return [rng.choice(any_time) if rng.random() < late else time for time in times]


def unique_event_ids(rng: Random, base: int, size: int) -> list[str]:
    """Different ids, drawn so tightly that one often begins with another."""
    pieces = rng.choice(ALPHABETS)
    ids: dict[str, None] = {}
    while len(ids) < size:
        length = rng.randint(0, min(3 + len(ids) // 20, 20))
        ids[f"{base}-" + "".join(rng.choices(pieces, k=length))] = None
    return list(ids)
