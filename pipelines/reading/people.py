"""One user's page: the profile, the newest posts and the newest notifications."""

from operator import itemgetter
from typing import Any

from pipelines.reading.reader import Views, people, posts

Row = dict[str, Any]


def page(reader: Views, user_id: int, limit: int) -> dict[str, Any]:
    """The profile of a user who has one, with at most `limit` posts and notifications, which have names and texts."""
    (profile,) = reader.of_ids("profile", "user_id", [user_id])
    entries = sorted(reader.of_ids("user_timeline", "author_id", [user_id]), key=itemgetter("kind"))
    timeline = sorted(entries, key=itemgetter("entered_at", "post_id"), reverse=True)[:limit]
    notices = reader.of_ids("notifications", "user_id", [user_id])[:limit]
    told = named_posts(reader, timeline), named_notices(reader, notices)
    return {"profile": profile, "posts": told[0], "notifications": told[1]}


def named_posts(reader: Views, timeline: list[Row]) -> list[Row]:
    """Rows of timelines with names and texts."""
    written = posts(reader, {row["post_id"] for row in timeline})
    known = people(reader, {post["author_id"] for post in written.values()})
    return [_post(row, written.get(row["post_id"]), known) for row in timeline]


def named_notices(reader: Views, notices: list[Row]) -> list[Row]:
    """Notifications with names and texts."""
    written = posts(reader, {row["post_id"] for row in notices} - {None})
    known = people(reader, {notice["actor_id"] for notice in notices})
    return [_notice(row, written.get(row["post_id"]), known) for row in notices]


def _post(row: Row, post: Row | None, known: dict[int, Row]) -> Row:
    """A row of the timeline with the post's own author, who is another when it is a repost."""
    author_id = None if post is None else post["author_id"]
    told = {"author_id": author_id, "author": known.get(author_id or 0), "text": None if post is None else post["text"]}
    return {**row, **told}


def _notice(row: Row, post: Row | None, known: dict[int, Row]) -> Row:
    return {**row, "actor": known.get(row["actor_id"]), "text": None if post is None else post["text"]}
