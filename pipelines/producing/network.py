"""A network that lives: what its users do, one act after another, for as long as anybody asks.

A user registers just before the first act, so there are posts and follows from the first second on. What was done a
while ago is forgotten, so that a network takes the same memory however long it lives.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from pipelines.producing.drawing import pick, power_law
from pipelines.producing.recent import Recent
from pipelines.producing.texts import FIRST, LAST, phrases, texts

USERS: Final = {"XS": 5_000, "S": 100_000, "M": 300_000, "L": 1_000_000}
"""How many users the networks have, as the benchmarks' of these names."""
SHARES: Final = {
    "followed": 3_000_000,
    "liked": 2_000_000,
    "posted": 1_000_000,
    "reposted": 200_000,
    "muted": 30_000,
    "unfollowed": 30_000,
    "blocked": 20_000,
    "unliked": 20_000,
    "post_deleted": 10_000,
    "post_edited": 10_000,
    "unmuted": 3_000,
    "unblocked": 2_000,
    "repost_undone": 2_000,
    "profile_changed": 1_000,
    "deactivated": 200,
    "reactivated": 100,
}
"""How often each is done beside the others, as in the benchmarks' S."""
WHOM: Final = {"followed": "followee_id", "blocked": "blocked_id", "muted": "muted_id"}
TAKES_BACK: Final = {
    "unfollowed": "followed",
    "unblocked": "blocked",
    "unmuted": "muted",
    "unliked": "liked",
    "repost_undone": "reposted",
    "reactivated": "deactivated",
}
REPLIES, MENTIONING, NO_BIO = 0.25, 0.1, 0.5
PHRASES: Final = 256
"""So many of each language are drawn, of which all texts are made."""
BLOCK: Final = 2048
"""So many acts are drawn at once."""
MOST_SEED: Final = (1 << 23) - 1
"""Ids of posts begin with the seed, so that those of two seeds are not the same."""

Payload = dict[str, Any]


class Act(NamedTuple):
    """What a user did: an event that has no id and no time yet."""

    event_type: str
    actor_id: int
    payload: Payload


class _Draw(NamedTuple):
    """What an act is made of: who, to whom, three numbers below 1, two texts, and the language of the first."""

    actor: int
    other: int
    chance: tuple[float, float, float]
    text: str
    language: str | None
    bio: str


class Network:
    """The users, and what they did last."""

    def __init__(self, users: int, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._ids = 10_000 + np.arange(users)
        self._activity = power_law(self._rng, users, 0.6, 20)
        self._prominence = power_law(self._rng, users, 0.8, 3)
        self._phrases = phrases(self._rng, PHRASES)
        self._registered: set[int] = set()
        self._next_post = (seed << 40) + 1
        self._posts: Recent[tuple[int, int]] = Recent()
        self._done: dict[str, Recent[Act]] = {kind: Recent() for kind in TAKES_BACK.values()}

    def acts(self) -> Iterator[Act]:
        """What is done, without end."""
        shares = np.array(list(SHARES.values())) / sum(SHARES.values())
        while True:
            kinds = self._rng.choice(list(SHARES), BLOCK, p=shares).tolist()
            for kind, draw in zip(kinds, self._draws(), strict=True):
                if draw.actor not in self._registered:
                    yield self._register(draw)
                act = self._act(kind, draw)
                if act is not None:
                    yield act

    def _draws(self) -> Iterator[_Draw]:
        actors = self._ids[pick(self._rng, self._activity, BLOCK)].tolist()
        others = self._ids[pick(self._rng, self._prominence, BLOCK)].tolist()
        chances = map(tuple, self._rng.random((BLOCK, 3)).tolist())
        text, language = (column.to_pylist() for column in texts(self._rng, BLOCK, self._phrases))
        bios = texts(self._rng, BLOCK, self._phrases)[0].to_pylist()
        return map(_Draw, actors, others, chances, text, language, bios)

    def _register(self, draw: _Draw) -> Act:
        """A user's first act."""
        self._registered.add(draw.actor)
        first, last = (one.split()[draw.actor % len(one.split())] for one in (FIRST, LAST))
        names = {"username": f"{first.lower()}_{draw.actor}", "first_name": first, "last_name": last}
        return Act("registered", draw.actor, names if draw.chance[2] < NO_BIO else names | {"bio": draw.bio})

    def _act(self, kind: str, draw: _Draw) -> Act | None:
        """An act of some kind; None where it needs an earlier one, and there is none yet."""
        if kind in TAKES_BACK:
            return self._take_back(kind, draw)
        if kind in {"post_edited", "post_deleted"}:
            return self._change_post(kind, draw)
        payload = self._payload(kind, draw)
        if payload is None:
            return None
        act = Act(kind, draw.actor, payload)
        if kind in self._done:
            self._done[kind].add(act)
        return act

    def _payload(self, kind: str, draw: _Draw) -> Payload | None:
        if kind in WHOM:
            return None if draw.other == draw.actor else {WHOM[kind]: draw.other}
        if kind == "posted":
            return self._post(draw)
        if kind == "profile_changed":
            return {"bio": draw.bio}
        if kind == "deactivated":
            return {}
        post = self._posts.draw(draw.chance[0])
        return None if post is None else {"post_id": post[0]}

    def _take_back(self, kind: str, draw: _Draw) -> Act | None:
        done = self._done[TAKES_BACK[kind]].draw(draw.chance[0])
        return None if done is None else Act(kind, done.actor_id, done.payload)

    def _change_post(self, kind: str, draw: _Draw) -> Act | None:
        """Its author edits or deletes a post."""
        post = self._posts.draw(draw.chance[0])
        if post is None:
            return None
        payload: Payload = {"post_id": post[0]}
        return Act(kind, post[1], payload if kind == "post_deleted" else payload | {"text": draw.text})

    def _post(self, draw: _Draw) -> Payload:
        payload: Payload = {"post_id": self._next_post, "text": draw.text, "language": draw.language}
        parent = self._posts.draw(draw.chance[0]) if draw.chance[1] < REPLIES else None
        payload["reply_to_post_id"] = parent and parent[0]
        payload["mentioned_ids"] = [draw.other] if draw.chance[2] < MENTIONING else None
        self._posts.add((self._next_post, draw.actor))
        self._next_post += 1
        return {name: value for name, value in payload.items() if value is not None}
