"""Who does what in a random history: one event's actor and payload."""

from dataclasses import dataclass
from random import Random
from typing import Any

# Users and posts draw from the same numbers; as texts they sort otherwise.
NUMBERS = (1, 2, 9, 10, 11, 19, 20, 99, 100, 101, 110, 500, 990, 998, 999)
UNSEEN = 777

NAMES = (
    "ann",
    "Ann",
    "ANN",
    "Ann Lee",
    "o'Neil",
    "ÅSA",
    "İnci",
    "ΣΑΣ",
    "Straße",
    "STRASSE",
    "A\u030asa",
    "An\u0131l",
    "anil",
    "李",
    "😀",
    "\uff5e",
)
TEXTS = ("", "hello", "Hello", 'say "hi"\nand bye', "snow ☃ 😀", "a\tb\\c")
LANGUAGES = ("en", "de", "pt-BR", None, None)
BIOS = ("", "likes snow", "😀\n")


@dataclass(frozen=True)
class Cast:
    """The users and posts of one history; each post has a usual author."""

    users: list[int]
    authors: dict[int, int]
    unseen: int

    @staticmethod
    def of(rng: Random, base: int) -> "Cast":
        users = [base + n for n in rng.sample(NUMBERS, rng.randint(3, 7))]
        posts = [base + n for n in rng.sample(NUMBERS, rng.randint(4, 10))]
        return Cast(users, {post: rng.choice(users) for post in posts}, base + UNSEEN)

    def any_user(self, rng: Random) -> int:
        """Mostly one who acts, now and then one whom nobody ever sees act."""
        return self.unseen if rng.random() < 0.04 else rng.choice(self.users)

    def any_post(self, rng: Random) -> int:
        """Mostly one that may be posted, now and then one that never is."""
        return self.unseen if rng.random() < 0.04 else rng.choice(list(self.authors))

    def own_post(self, rng: Random) -> tuple[int, int]:
        """A post and its usual author, or now and then somebody else."""
        post = rng.choice(list(self.authors))
        return post, self.authors[post] if rng.random() < 0.75 else rng.choice(self.users)


def acted(rng: Random, cast: Cast, event_type: str) -> dict[str, Any]:
    """The actor and the payload of one event of that type."""
    if event_type in ("posted", "post_edited", "post_deleted"):
        return written(rng, cast, event_type)
    doer = {"actor_id": rng.choice(cast.users)}
    if event_type in WHOM:
        return doer | {WHOM[event_type]: cast.any_user(rng)}
    if event_type in ON_POSTS:
        return doer | {"post_id": cast.any_post(rng)}
    if event_type == "registered":
        doer |= invited(rng, cast)
    return doer | named(rng, event_type)


WHOM = {
    "followed": "followee_id",
    "unfollowed": "followee_id",
    "blocked": "blocked_id",
    "unblocked": "blocked_id",
    "muted": "muted_id",
    "unmuted": "muted_id",
}
ON_POSTS = ("reposted", "repost_undone", "liked", "unliked")


def written(rng: Random, cast: Cast, event_type: str) -> dict[str, Any]:
    """What is posted, edited or deleted, mostly by the post's usual author."""
    post, actor = cast.own_post(rng)
    event: dict[str, Any] = {"actor_id": actor, "post_id": post}
    if event_type == "post_deleted":
        return event
    event["text"] = rng.choice(TEXTS)
    return event | (extras(rng, cast) if event_type == "posted" else {})


def extras(rng: Random, cast: Cast) -> dict[str, Any]:
    """The version and the optional fields of a `posted`; its lists may name something twice, or nothing."""
    given = spoken(rng)
    if rng.random() < 0.55:
        given["reply_to_post_id"] = cast.any_post(rng)
    if rng.random() < 0.35:
        given["mentioned_ids"] = [cast.any_user(rng) for _ in range(rng.randint(0, 4))]
    return given


def spoken(rng: Random) -> dict[str, Any]:
    """In which language, as version 1 has it, or in which languages."""
    language = rng.choice(LANGUAGES)
    if rng.random() < 0.5:
        return {"language": language} if language else {}
    return {"version": 2} | ({"languages": rng.choices(LANGUAGES[:3], k=rng.randint(0, 3))} if language else {})


def invited(rng: Random, cast: Cast) -> dict[str, Any]:
    """Half the time version 2, which may say by whom."""
    if rng.random() < 0.5:
        return {}
    return {"version": 2} | ({"invited_by_id": cast.any_user(rng)} if rng.random() < 0.5 else {})


def named(rng: Random, event_type: str) -> dict[str, Any]:
    """All names and perhaps a bio when registering, any of them when changing them."""
    names = ("username", "first_name", "last_name")
    given: dict[str, Any] = {name: rng.choice(NAMES) for name in names} | {"bio": rng.choice(BIOS)}
    if event_type == "profile_changed":
        return {field: given[field] for field in rng.sample(list(given), rng.randint(1, 4))}
    if rng.random() < 0.5:
        del given["bio"]
    return given if event_type == "registered" else {}
