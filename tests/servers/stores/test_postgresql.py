"""PostgreSQL as a store."""

import os
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from pipelines.hashing import content_hash
from pipelines.stores.base import Change, Content, Stored, StoreError
from pipelines.stores.postgresql_client import connected
from pipelines.stores.publish import publish
from pipelines.views import load_view
from tests.servers.postgresql import PostgreSQL
from tests.stores.contract import Contract, opened

TEXTS = [
    "",
    "\x00",
    "\x01",
    "\x00\x01\x01\x00\x02",
    "\x01\x02\x01\x01",
    "one\n\\.\ntwo",
    "\\N",
    "\\x00\t\r\n\\n",
    "a,b \"c\" 'd' {e} %s $1 ;--",
    "\u2028\U0001f600\ufeff\ud7ff\ue000\U0010ffff",
]
TIME = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


class TestPostgreSQL(Contract):
    @pytest.fixture
    def url(self, postgresql_url):
        return postgresql_url

    def room(self, store):
        query = b"SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = %s::regnamespace"
        with connected(store.told, 60) as connection:
            return int(connection.execute(query, [store.schema]).fetchone()[0])


@pytest.fixture
def store(postgresql_url):
    with opened(postgresql_url) as found:
        yield found


@pytest.fixture
def asked(postgresql, store):
    """A function that gives the rows of a query, in which the tables need no schema."""
    with postgresql.connect() as connection:
        connection.execute(f"SET search_path TO {store.schema}")
        yield lambda query: connection.execute(query).fetchall()


def person(number, **given):
    counts = dict.fromkeys(["followers", "followees", "posts", "likes_received"], 0)
    told = dict.fromkeys(["username", "first_name", "last_name", "bio", "joined_at"])
    return {"user_id": number, "is_active": True, "last_active_at": TIME, **told, **counts, **given}


def post(number, text, languages=None):
    told = {"author_id": 1, "reply_to_post_id": None, "posted_at": TIME, "edited_at": None}
    return {"post_id": number, "text": text, "languages": languages, **told}


def changed(view, rows):
    table = load_view(view).table
    owners = sorted({row[table.bucket_by] for row in rows})
    return Change(view, np.array(owners, np.int64), pa.Table.from_pylist(rows, table.arrow))


def written(store, changes, *, whole, after=None):
    """Write changes as a release that has just these rows, or those of another change."""
    contents = {}
    for change in after or changes:
        total = sum(map(content_hash, change.rows.combine_chunks().to_batches()))
        contents[change.view] = Content(change.rows.num_rows, str(total), 1)
    with store.publishing(Stored("lake", 1, contents), whole=whole, plan="") as writing:
        for change in changes:
            writing.write(change)


@pytest.mark.parametrize("how", ["whole", "again", "changes"])
def test_any_text_is_what_it_was(store, how):
    people = [person(number, username=text, bio=text) for number, text in enumerate(TEXTS, 1)]
    posts = [post(number, text, [text, "en"] if number % 3 else None) for number, text in enumerate(TEXTS, 1)]
    terms = [{"term": text, "user_id": number, "field": "username"} for number, text in enumerate(TEXTS, 1)]
    changes = [changed("profile", people), changed("posts", posts), changed("user_directory", terms)]
    if how != "whole":
        others = [changed("profile", people), changed("posts", [{**one, "text": "other"} for one in posts])]
        written(store, [*others, changed("user_directory", [])], whole=True)
    written(store, changes, whole=how != "changes")
    with store.reading() as snapshot:
        assert snapshot.of_ids("posts", "post_id", range(20)) == posts
        assert snapshot.of_ids("profile", "user_id", range(20)) == people
        for prefix in {text[:length] for text in TEXTS for length in range(len(text) + 1)}:
            expected = sorted((one for one in terms if one["term"].startswith(prefix)), key=lambda one: one["term"])
            assert snapshot.people(prefix, 20) == expected


def test_a_page_goes_on_behind_a_null_and_before_it(store):
    given = {"user_id": 1, "notified_at": TIME, "kind": "liked", "actor_id": 1}
    rows = [{**given, "position": place, "post_id": number} for place, number in enumerate((7, 5, None), 1)]
    some = changed("profile", [person(1)]), changed("posts", [post(5, ""), post(7, "")])
    written(store, [*some, changed("notifications", rows)], whole=True)
    with store.reading() as snapshot:
        assert snapshot.of_ids("notifications", "user_id", [1]) == rows
        for place in range(3):
            assert snapshot.page("notifications", 1, 3, rows[place]) == rows[place + 1 :]


def test_rows_that_stay_are_not_touched(store, asked):
    people = [person(number, bio="a") for number in (1, 2, 3)]
    written(store, [changed("profile", people)], whole=True)
    before = asked("SELECT user_id, xmin FROM profile ORDER BY 1")
    people[1]["bio"] = "b"
    written(store, [changed("profile", people)], whole=False)
    after = asked("SELECT user_id, xmin FROM profile ORDER BY 1")
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True]


def test_a_disk_without_room_is_told_and_changes_nothing(tmp_path):
    """A file for the texts would have more bytes than a file may have."""
    limited = PostgreSQL(tmp_path, limits=("prlimit", "--fsize=20000000"))
    limited.start()
    try:
        with opened(limited.url()) as store:
            few = [changed("profile", [person(1)]), changed("posts", [post(1, "few")])]
            written(store, few, whole=True)
            many = [post(number, os.urandom(32_000).hex()) for number in range(1, 500)]
            with pytest.raises(StoreError, match="cannot write .*: could not extend file") as fault:
                written(store, [few[0], changed("posts", many)], whole=False)
            assert not fault.value.transient
            with store.reading() as snapshot:
                assert snapshot.of_ids("posts", "post_id", [1, 2]) == [post(1, "few")]
    finally:
        limited.stop()


def test_what_refers_to_nothing_is_not_served(store):
    with pytest.raises(StoreError, match="violates foreign key constraint .*author_id") as fault:
        written(store, [changed("profile", [person(2)]), changed("posts", [post(5, "of nobody")])], whole=True)
    assert not fault.value.transient
    assert store.stored() is None
    written(store, [changed("profile", [person(1)]), changed("posts", [post(5, "of one")])], whole=True)
    gone = Change("profile", np.array([1]), changed("profile", [person(1)]).rows.slice(0, 0))
    with pytest.raises(StoreError, match="violates foreign key constraint"):
        written(store, [gone], whole=False, after=[gone, changed("posts", [post(5, "of one")])])
    with store.reading() as snapshot:
        assert [row["user_id"] for row in snapshot.of_ids("profile", "user_id", [1])] == [1]


def test_analysts_join_the_tables_by_sql(store, lakes, asked):
    publish(lakes.last, [store])
    ((joined,),) = asked(
        "SELECT count(*) FROM user_timeline JOIN posts USING (post_id) JOIN post_stats USING (post_id)"
    )
    assert joined == store.stored().views["user_timeline"].rows > 0
    ((release,),) = asked("SELECT release FROM served")
    assert release == store.stored().release
    ((followers, followees),) = asked("SELECT (SELECT count(*) FROM followers), (SELECT count(*) FROM followees)")
    assert followers == followees == store.stored().views["followers"].rows > 0


def test_pages_are_read_by_indexes(store, lakes, asked):
    publish(lakes.last, [store])
    asked("SELECT set_config('enable_seqscan', 'off', false), set_config('enable_sort', 'off', false)")
    for query in (
        "SELECT * FROM user_timeline WHERE author_id = 5 ORDER BY entered_at DESC, post_id DESC, kind LIMIT 20",
        "SELECT * FROM followers WHERE user_id = 5 AND follower_id > 7 ORDER BY follower_id LIMIT 20",
        "SELECT * FROM followees WHERE user_id = 5 AND followee_id > 7 ORDER BY followee_id LIMIT 20",
        "SELECT * FROM user_directory WHERE term >= 'a' AND term < 'b' ORDER BY term, user_id, field LIMIT 20",
    ):
        plan = "\n".join(line for (line,) in asked(f"EXPLAIN {query}"))
        assert "Index" in plan, plan
        assert "Sort" not in plan, plan
        assert "Seq Scan" not in plan, plan
