"""What a search index finds: names and words in any script, the best first."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from pipelines.hashing import content_hash
from pipelines.stores.base import OWNERS, Change, Content, Stored, StoreError
from pipelines.stores.opening import store_of
from pipelines.stores.search_words import MOST, wanted, words
from pipelines.views import load_view

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def person(user_id, username, first=None, last=None, *, followers=0, bio=None, active=True):
    names = {"username": username, "first_name": first, "last_name": last, "bio": bio}
    counts = dict.fromkeys(("followees", "posts", "likes_received"), 0) | {"followers": followers}
    return {"user_id": user_id, **names, "is_active": active, "joined_at": None, "last_active_at": NOON, **counts}


def post(post_id, text, *, minute=0):
    more = {"languages": None, "reply_to_post_id": None, "edited_at": None}
    return {"post_id": post_id, "author_id": 1, "text": text, "posted_at": NOON + timedelta(minutes=minute), **more}


def table(view, rows):
    schema = load_view(view).table.arrow
    return pa.Table.from_pylist(sorted(rows, key=lambda row: row[OWNERS[view]]), schema)


def sum_of(rows):
    return sum(map(content_hash, rows.combine_chunks().to_batches()))


def publish(store, release, people=(), posts=(), *, whole=True, gone=(), names=()):
    """A release of just these people and posts, or of these and those who were there, but for people who are gone."""
    given = {"profile": table("profile", people), "posts": table("posts", posts)} | (
        {"user_directory": table("user_directory", names)} if names else {}
    )
    before = {} if whole else store.stored().views
    contents = {}
    for view, rows in given.items():
        was, less = before.get(view, Content(0, "0", 1)), table(view, gone if view == "profile" else ())
        total = int(was.content_hash) + sum_of(rows) - sum_of(less)
        contents[view] = Content(was.rows + rows.num_rows - less.num_rows, str(total), 1)
    with store.publishing(Stored("lake", release, contents), whole=whole, plan="") as writing:
        for view, rows in given.items():
            ids = [row["user_id"] for row in gone] if view == "profile" else []
            owners = np.unique([*rows[OWNERS[view]].to_pylist(), *ids]).astype(np.int64)
            if len(owners):
                writing.write(Change(view, owners, rows))


@contextmanager
def having(tmp_path, people=(), posts=()):
    store = store_of(f"search:{tmp_path / 'found'}")
    publish(store, 1, people, posts)
    with store.reading() as snapshot:
        yield snapshot
    store.close()


def ids_of(found):
    return [row["user_id"] for row in found.people], [row["post_id"] for row in found.posts]


PEOPLE = [
    person(1, "ann", "Ann", "Lee", followers=1),
    person(2, "anna", "Anna", "Leeds", followers=9),
    person(3, "zoe", "Zoe", "Ann", followers=5),
    person(4, "amn", "Amn", "Li", followers=99),
    person(5, "gone", "Ann", "Away", followers=999, active=False),
    person(6, "bob", "Bob", "Stone", followers=7, bio="Photographer, friend of Ann"),
    person(7, "李小龙", "小龙", "李"),
    person(8, "სანდრო", "Σωκράτης", "Straße"),
    person(9, "हिन्दी", "สมชาย", "محمد"),
    person(10, "😀", "Åsa", "O'Neil-Öz"),
]


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    with having(tmp_path_factory.mktemp("people"), PEOPLE) as found:
        yield lambda text, limit=10: ids_of(found.found(text, limit))[0]


def test_the_very_name_comes_first_then_beginnings_then_bios_then_typos(people):
    assert people("Ann") == [3, 1, 2, 6, 4]


def test_of_those_alike_who_has_more_followers_comes_first_and_only_active_people_are_found(people):
    assert people("an") == [2, 3, 1]
    assert 5 not in people("Ann Away", 100)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("ANN LEE", 1),
        ("ann  lee", 1),
        ("lee, ann", 1),
        ("stoen", 6),
        ("ston", 6),
        ("sttone", 6),
        ("xtone", 6),
        ("photographer", 6),
        ("小龙", 7),
        ("李", 7),
        ("李小龙", 7),
        ("ΣΩΚΡΆΤΗΣ", 8),
        ("strasse", 8),
        ("სანდ", 8),
        ("हिन्", 9),
        ("สมชาย", 9),
        ("สมช", 9),
        ("محم", 9),
        ("😀", 10),
        ("a\u030asa", 10),
        ("asa", 10),
        ("o'neil", 10),
    ],
)
def test_people_are_found_in_any_script_whatever_the_case_and_but_for_a_typo(people, text, who):
    assert people(text)[0] == who


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "nobody", "anx away", "OR", "(", 'a" OR *:*', "x" * 100_000])
def test_what_nobody_is_called_finds_nobody(people, text):
    assert people(text) == []


def test_there_are_never_more_than_were_asked_for(people):
    assert [people("Ann", limit) for limit in (0, 1, 2, 4)] == [[], [3], [3, 1], [3, 1, 2, 6]]


def test_a_long_question_asks_for_its_first_words_alone():
    assert len(wanted("word " * 3 + " ".join(map(str, range(1_000))))) == MOST
    assert len(wanted("東京" * 1_000)) == 2


POSTS = [
    post(1, "Snow in the mountains"),
    post(2, "snowing again", minute=1),
    post(3, "SNOW!", minute=2),
    post(4, "sown fields", minute=3),
    post(5, "東京タワーは高い", minute=4),
    post(6, "京東商城", minute=5),
    post(7, "", minute=6),
    post(8, "s" * 65_536, minute=7),
]


@pytest.fixture(scope="module")
def posts(tmp_path_factory):
    with having(tmp_path_factory.mktemp("posts"), (), POSTS) as found:
        yield lambda text, limit=10: ids_of(found.found(text, limit))[1]


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("snow", [3, 1, 2, 4]),
        ("mountain snow", [1]),
        ("東京", [5]),
        ("京", [6, 5]),
        ("タワー", [5]),
        ("京東商城", [6]),
        ("東京商", []),
        ("s" * 70, [8]),
    ],
)
def test_of_posts_those_with_the_words_come_first_and_the_newer_before_the_older(posts, text, which):
    assert posts(text) == which


def test_words_without_spaces_are_characters_and_neighbours():
    assert words("Go 東京都, हिन्दी_ok") == ["go", "東", "京", "都", "東京", "京都", "हिन्दी", "ok"]
    assert [one.word for one in wanted("東京都 Go")] == ["東京", "京都", "go"]


def test_rows_are_those_of_the_views_and_what_is_written_anew_is_found_anew(tmp_path):
    store = store_of(f"search:{tmp_path / 'found'}")
    publish(store, 1, PEOPLE[:2], POSTS[:1])
    with store.reading() as before:
        publish(store, 2, PEOPLE[2:3], POSTS[1:2], whole=False)
        assert ids_of(before.found("ann", 9)) == ([1, 2], [])
    with store.reading() as after:
        assert after.found("zoe", 1).people == [PEOPLE[2]]
        assert after.found("snow", 9).posts == [POSTS[0], POSTS[1]]
        assert ids_of(after.found("ann", 9))[0] == [3, 1, 2]
        publish(store, 3, PEOPLE[5:6])
        assert ids_of(after.found("ann", 9))[0] == [3, 1, 2]
    with store.reading() as last:
        assert ids_of(last.found("ann", 9)) == ([6], [])


def test_who_has_another_name_is_found_by_that_alone_and_who_is_gone_is_not(tmp_path):
    store = store_of(f"search:{tmp_path / 'found'}")
    publish(store, 1, PEOPLE[:2])
    publish(store, 2, [person(1, "eve")], whole=False, gone=PEOPLE[:2])
    with store.reading() as found:
        assert [ids_of(found.found(name, 9))[0] for name in ("ann", "leeds", "eve")] == [[], [], [1]]


def test_names_that_begin_alike_come_by_their_terms_however_few_are_asked_for(tmp_path):
    terms = ["christian", "christianx", *(f"christian{n:02}" for n in range(20)), "christi", "chris", "a", "\U0001f600"]
    names = [{"term": term, "user_id": 100 - n, "field": "username"} for n, term in enumerate(terms)]
    names.append({"term": "christian", "user_id": 5, "field": "last_name"})
    store = store_of(f"search:{tmp_path / 'found'}")
    publish(store, 1, names=names)
    expected = sorted(names, key=lambda row: (row["term"], row["user_id"]))
    with store.reading() as found:
        for prefix in ("", "chris", "christi", "christian", "christian1", "none", "\U0001f600"):
            those = [row for row in expected if row["term"].startswith(prefix)]
            assert [found.people(prefix, limit) for limit in (0, 1, 5, 100)] == [[], those[:1], those[:5], those]


def test_a_folder_of_something_else_is_told(tmp_path):
    (tmp_path / "index-1").mkdir()
    (tmp_path / "index-1" / "meta.json").write_text("{}")
    (tmp_path / "served").symlink_to("index-1")
    with pytest.raises(StoreError, match=r"^cannot .*search:"):
        store_of(f"search:{tmp_path}").stored()
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"^cannot .*search:"):
        publish(store_of(f"search:{tmp_path / 'file'}"), 1)
