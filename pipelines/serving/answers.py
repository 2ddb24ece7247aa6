"""Answers: what a release says of users, posts and people, as facts that are ready for JSON or for a page."""

from collections.abc import Callable
from typing import Any

from pipelines.characters import folded, is_text, printable
from pipelines.errors import NewsfeedError, UsageError
from pipelines.reading.people import named_notices, named_posts
from pipelines.reading.reader import named_entries, people
from pipelines.reading.users import UnknownUser, as_written, id_of, require_user
from pipelines.serving.cursors import behind, cursor_of
from pipelines.serving.reading import NoSearch, Together
from pipelines.stores.base import Row, Snapshot

Facts = dict[str, Any]
COUNTS = ("likes", "reposts", "replies")
MOST_NAMES = 4096
"""Among how many names usernames are looked for that begin so."""
FEW_ALIKE, MOST_ALIKE = 64, 1 << 18
"""Among how many names that are the same a username is looked for, at first and at most."""


class UnknownPost(NewsfeedError):
    """No post stands that has that id."""


def user_of(views: Snapshot, user: str) -> int:
    """The id of a user given as an id, or as the `@username` of an active one.

    Of several who are called so, the one whose username is written so. Raises UnknownUser, UsageError.
    """
    if not user.startswith("@") or len(user) == 1:
        return require_user(views, id_of(user))
    name = user[1:]
    found = _called(views, folded(name)) if is_text(name) else set()
    if len(found) > 1:
        found = {one["user_id"] for one in as_written(views, found, name)}
    if len(found) == 1:
        return found.pop()
    if not found:
        raise UnknownUser(f"no active user is called @{printable(name)}")
    ids = ", ".join(map(str, sorted(found)))
    raise UnknownUser(f"several users are called @{printable(name)}: choose one by id: {ids}")


def _called(views: Snapshot, term: str) -> set[int]:
    """The active users whose username is a term, among all whose first or last name is, too. Raises UnknownUser."""
    asked = FEW_ALIKE
    while True:
        rows = views.people(term, asked)
        if len(rows) < asked or rows[-1]["term"] != term:
            return {row["user_id"] for row in rows if row["term"] == term and row["field"] == "username"}
        if asked >= MOST_ALIKE:
            raise UnknownUser(f"more than {asked:,} names are {printable(term)}: choose a user by id")
        asked *= 8


def newsfeed(views: Snapshot, user_id: int, limit: int, cursor: str | None = None) -> Facts:
    """A page of a user's newsfeed, with names and texts. Raises BadCursor."""
    return {"reader_id": user_id} | _page(views, "newsfeed", user_id, limit, cursor, named_entries)


def timeline(views: Snapshot, user_id: int, limit: int, cursor: str | None = None) -> Facts:
    """A page of what a user posted, replied and reposted, with names and texts. Raises BadCursor."""
    return {"author_id": user_id} | _page(views, "user_timeline", user_id, limit, cursor, named_posts)


def notifications(views: Snapshot, user_id: int, limit: int, cursor: str | None = None) -> Facts:
    """A page of a user's notifications, with names and texts. Raises BadCursor."""
    return {"user_id": user_id} | _page(views, "notifications", user_id, limit, cursor, named_notices)


def followers(views: Snapshot, user_id: int, limit: int, cursor: str | None = None) -> Facts:
    """A page of those who follow a user, by id, with their names. Raises BadCursor."""
    return {"user_id": user_id} | _page(views, "followers", user_id, limit, cursor, _named("follower"))


def followees(views: Snapshot, user_id: int, limit: int, cursor: str | None = None) -> Facts:
    """A page of those whom a user follows, by id, with their names. Raises BadCursor."""
    return {"user_id": user_id} | _page(views, "followees", user_id, limit, cursor, _named("followee"))


Paged = Callable[[Snapshot, int, int, str | None], Facts]
"""A page of a view of a user: so many rows at most, behind a cursor."""


def counted(paged: Paged, rows: str) -> Paged:
    """Pages whose rows have the counts of their posts too; none of a post that does not stand."""

    def page(views: Snapshot, user_id: int, limit: int, cursor: str | None) -> Facts:
        found = paged(views, user_id, limit, cursor)
        ids = {row["post_id"] for row in found[rows]}
        known = {one["post_id"]: one for one in views.of_ids("post_stats", "post_id", ids)}
        nothing = dict.fromkeys(COUNTS, 0)
        told = [{**row, **{name: known.get(row["post_id"], nothing)[name] for name in COUNTS}} for row in found[rows]]
        return found | {rows: told}

    return page


def follows(views: Snapshot, user_id: int | None, other: int) -> bool:
    """Whether a user follows another."""
    if user_id is None:
        return False
    rows = views.page("followees", user_id, 1, {"followee_id": other - 1})
    return bool(rows) and bool(rows[0]["followee_id"] == other)


def profile(views: Snapshot, user_id: int) -> Facts:
    """A user's profile."""
    (row,) = views.of_ids("profile", "user_id", [user_id])
    return {"profile": row}


def post(views: Snapshot, post_id: int) -> Facts:
    """A post with its author, its counts, and the post that it answers, if that stands. Raises UnknownPost."""
    rows = views.of_ids("posts", "post_id", [post_id])
    if not rows:
        raise UnknownPost(f"there is no post {post_id}")
    (row,), (counts,) = rows, views.of_ids("post_stats", "post_id", [post_id])
    parent = row["reply_to_post_id"]
    answered = views.of_ids("posts", "post_id", [parent], "author_id", "text") if parent else []
    known = people(views, {one["author_id"] for one in (row, *answered)})
    told = [{**one, "author": known.get(one["author_id"])} for one in (row, *answered)]
    stats = {name: counts[name] for name in COUNTS}
    return {"post": {**told[0], **stats, "reply_to": told[1] if answered else None}}


def found(views: Snapshot, prefix: str, limit: int) -> Facts:
    """The active users of whom a name begins with the prefix, by that name; a prefix `@…` is of usernames only.

    Raises UsageError for a prefix that is empty or not text.
    """
    name = prefix.removeprefix("@")
    if not name or not is_text(name):
        raise UsageError(f"prefix: expected the beginning of a name, found {printable(prefix)!r}")
    ids = _first_users(views, folded(name), limit, fields=("username",) if name != prefix else None)
    known = people(views, set(ids), "followers")
    return {"people": [known[one] | {"matched": _matched(known[one], name != prefix, folded(name))} for one in ids]}


def searched(views: Snapshot, text: str, limit: int) -> Facts:
    """The active people and the posts that a text finds, the best first, with names. Raises NoSearch."""
    if not isinstance(views, Together):
        raise NoSearch
    some = views.found(text, limit)
    known = people(views, {row["author_id"] for row in some.posts})
    told = [{**row, "author": known.get(row["author_id"])} for row in some.posts]
    return {"people": some.people, "posts": told}


def _first_users(views: Snapshot, term: str, limit: int, fields: tuple[str, ...] | None) -> list[int]:
    """The first users of the directory whose names begin with a term; each has three names at most."""
    asked = 3 * limit
    while True:
        rows = views.people(term, asked)
        ids = list(dict.fromkeys(row["user_id"] for row in rows if fields is None or row["field"] in fields))
        if len(ids) >= limit or len(rows) < asked or asked >= MOST_NAMES:
            return ids[:limit]
        asked = min(4 * asked, MOST_NAMES)


def _matched(names: Row, only_username: bool, term: str) -> list[str]:  # noqa: FBT001
    fields = ("username",) if only_username else ("first_name", "last_name", "username")
    return [field for field in fields if names[field] is not None and folded(names[field]).startswith(term)]


Names = Callable[[Snapshot, list[Row]], list[Row]]
"""Adds names and texts to rows of a view."""


def _page(views: Snapshot, view: str, owner: int, limit: int, cursor: str | None, named: Names) -> Facts:
    """A page of a view, and the cursor of the next one, null where there is none."""
    rows = views.page(view, owner, limit + 1, behind(view, owner, cursor))
    shown = rows[:limit]
    following = cursor_of(view, owner, shown[-1]) if len(rows) > limit else None
    return {ENTRIES[view]: named(views, shown), "next": following}


ENTRIES = {
    "newsfeed": "entries",
    "user_timeline": "posts",
    "notifications": "notifications",
    "followers": "followers",
    "followees": "followees",
}
"""What the rows of a page are called."""


def _named(role: str) -> Names:
    def named(views: Snapshot, rows: list[Row]) -> list[Row]:
        known = people(views, {row[f"{role}_id"] for row in rows})
        return [{**row, role: known.get(row[f"{role}_id"])} for row in rows]

    return named
