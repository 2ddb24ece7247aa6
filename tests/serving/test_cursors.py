"""Pages that go on by cursors never repeat, nor skip, what stayed, whatever releases come between them."""

import random
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from pipelines.serving.answers import ENTRIES, followees, followers, newsfeed, notifications, timeline
from pipelines.serving.cursors import BadCursor, behind, cursor_of
from pipelines.stores.base import PAGED
from pipelines.stores.lake import placing
from tests.serving.servers import ask

OWNER, START = 7, datetime(2026, 1, 1, tzinfo=UTC)
PAGES = {
    "newsfeed": newsfeed,
    "user_timeline": timeline,
    "notifications": notifications,
    "followers": followers,
    "followees": followees,
}
VALUES = {
    "entered_at": lambda drawn: START + timedelta(microseconds=drawn.randrange(4)),
    "notified_at": lambda drawn: START + timedelta(microseconds=drawn.randrange(4)),
    "kind": lambda drawn: drawn.choice(["followed", "liked", "replied"]),
    "actor_id": lambda drawn: drawn.randrange(1, 4),
    "post_id": lambda drawn: drawn.choice([1, 2, 3, 2**63 - 1]),
    "follower_id": lambda drawn: drawn.randrange(1, 60),
    "followee_id": lambda drawn: drawn.randrange(1, 60),
}


class Rows:
    """A release with rows of one view, whose people and posts nobody knows."""

    def __init__(self, view, rows):
        self.view, self.rows = view, rows

    def page(self, view, owner, limit, behind=None):
        assert (view, owner) == (self.view, OWNER)
        place = placing(view)
        found = sorted(self.rows, key=place)
        return [row for row in found if behind is None or place(row) > place(behind)][:limit]

    def of_ids(self, *_):
        return []


def row_of(view, drawn):
    row = {name.lstrip("-"): VALUES[name.lstrip("-")](drawn) for name in PAGED[view]}
    extra = {"newsfeed": {"author_id": 1, "reposter_id": None}}.get(view, {})
    if row.get("kind") == "followed" and view == "notifications":
        row["post_id"] = None
    return row | extra


def key(view, row):
    return tuple(row[name.lstrip("-")] for name in PAGED[view])


def drawn_rows(view, drawn):
    return {key(view, row): row for row in (row_of(view, drawn) for _ in range(drawn.randrange(60)))}


@pytest.mark.parametrize("view", PAGES)
def test_what_stayed_is_read_once_whatever_came_and_went_between_pages(view, seed):
    drawn = random.Random(f"{seed} {view}")
    for _ in range(60):
        rows = drawn_rows(view, drawn)
        stayed, seen, cursor = set(rows), [], None
        while True:
            found = PAGES[view](Rows(view, list(rows.values())), OWNER, drawn.randrange(1, 6), cursor)
            seen += [key(view, row) for row in found[ENTRIES[view]]]
            cursor = found["next"]
            if cursor is None:
                break
            gone = set(drawn.sample(sorted(rows, key=str), min(len(rows), drawn.randrange(3))))
            stayed -= gone
            rows = {one: row for one, row in (rows | drawn_rows(view, drawn)).items() if one not in gone}
        assert len(seen) == len(set(seen))
        assert stayed <= set(seen)


@pytest.mark.parametrize("view", PAGES)
def test_a_cursor_says_the_row_that_it_was_made_of(view, seed):
    drawn = random.Random(seed)
    for _ in range(100):
        row = row_of(view, drawn)
        named = {name.lstrip("-"): row[name.lstrip("-")] for name in PAGED[view]}
        assert behind(view, OWNER, cursor_of(view, OWNER, row)) == named


def packed(*values):
    return urlsafe_b64encode(msgspec.msgpack.encode(list(values))).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "", "x", "é", "=", "A" * 1000, packed(), packed(0), packed(0, OWNER), packed(0, OWNER, 1),
        packed(1, OWNER, 1, 1),
        packed(0, OWNER + 1, 1, 1), packed(0, OWNER, "1", 1), packed(0, OWNER, 1, "1"), packed(0, OWNER, True, 1),
        packed(0, OWNER, 1, True), packed(0, OWNER, 2**63, 1), packed(0, OWNER, -1, 1), packed(0, OWNER, 1, 2**63),
        packed(0, OWNER, 1.5, 1), packed(0, OWNER, None, 1), packed(0, OWNER, 1, 0), packed(0, OWNER, [1], 1),
    ],
)  # fmt: skip
def test_what_is_no_cursor_is_refused(cursor):
    with pytest.raises(BadCursor):
        behind("newsfeed", OWNER, cursor)


def test_random_bytes_are_no_cursor_or_one_that_answers(server, seed):
    drawn = random.Random(seed)
    good = server.ask("/users/2/notifications?limit=1").facts["next"]
    with server.connection() as to:
        for _ in range(100):
            data = bytearray(good.encode())
            for _ in range(drawn.randrange(1, 4)):
                data[drawn.randrange(len(data))] = drawn.choice(
                    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"
                )
            assert ask(to, f"/users/2/notifications?cursor={data.decode()}").status in {200, 400}
