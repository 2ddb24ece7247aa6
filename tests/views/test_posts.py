"""The standing posts. The n-th event happens at minute n, so "00:03" is the third."""

from datetime import UTC, datetime
from types import MappingProxyType

import pyarrow as pa

from pipelines.inputs import BucketInputs
from pipelines.policy import Policy
from pipelines.relations.posts import RELATION
from pipelines.relations.sayings import POSTED, SAID
from tests.histories import micros


def test_a_post_has_its_text_its_language_and_what_it_answers(alice, bob, rows):
    first = alice.posts("olá 😀", language="pt-BR")
    second = bob.replies(first, "")
    assert rows("posts") == [
        (first, alice, "olá 😀", ("pt-BR",), None, micros("00:01"), None),
        (second, bob, "", None, first, micros("00:02"), None),
    ]


def test_languages_are_null_when_none_were_given_also_as_an_empty_list(alice, rows):
    for given in ({}, {"language": None}, {"version": 2, "languages": None}, {"version": 2, "languages": []}):
        alice.posts(**given)
    alice.posts(version=2, languages=["en", "en"])
    assert [row[3] for row in rows("posts")] == [None, None, None, None, ("en", "en")]


def test_languages_are_null_also_where_an_empty_list_landed_when_it_was_more_than_none():
    said = {"post_id": 7, "author_id": 1, "event_time": datetime.fromtimestamp(0, UTC), "event_id": "a", "kind": POSTED}
    of_before = pa.Table.from_pylist([said | {"text": "", "languages": []}], SAID)
    nothing = MappingProxyType({})
    inputs = BucketInputs(Policy(), 1, nothing, lambda *_: None, len, 0, 0, extracted=lambda _sift, _bucket: of_before)
    (made,) = RELATION.merge(0, inputs)
    assert made["languages"].to_pylist() == [None]


def test_a_late_but_earlier_posted_takes_the_post_over_and_a_later_one_does_nothing(alice, bob, carol, rows):
    alice.posts("mine", post_id=7, at="12:00")
    bob.posts("no, mine", post_id=7, at="13:00")
    assert rows("posts") == [(7, alice, "mine", None, None, micros("12:00"), None)]
    carol.posts("first", post_id=7, at="11:00")
    assert rows("posts") == [(7, carol, "first", None, None, micros("11:00"), None)]


def test_of_two_posted_at_one_time_the_smaller_event_id_makes_the_post(alice, bob, rows):
    alice.posts("ten", post_id=7, at="12:00", event_id="10")
    bob.posts("nine", post_id=7, at="12:00", event_id="9")
    bob.posts("one", post_id=8, at="12:00", event_id="1a")
    alice.posts("prefix", post_id=8, at="12:00", event_id="1")
    at = micros("12:00")
    assert rows("posts") == [(7, alice, "ten", None, None, at, None), (8, alice, "prefix", None, None, at, None)]


def test_a_deletion_is_final_also_when_dated_before_the_posted_but_counts_from_the_author_only(alice, bob, rows):
    alice.posts(post_id=7, at="12:00")
    alice.deletes(7, at="11:00")
    alice.posts(post_id=7, at="13:00")
    alice.posts("stays", post_id=8, at="12:00")
    bob.deletes(8)
    assert rows("posts") == [(8, alice, "stays", None, None, micros("12:00"), None)]


def test_a_takeover_revives_a_post_that_another_deleted(alice, bob, rows):
    alice.posts(post_id=7, at="12:00")
    alice.deletes(7)
    assert rows("posts") == []
    bob.posts("earlier", post_id=7, at="11:00")
    assert rows("posts") == [(7, bob, "earlier", None, None, micros("11:00"), None)]


def test_an_edit_gives_the_text_and_its_time_and_nothing_else(alice, bob, rows):
    post = alice.replies(bob.posts(post_id=7), "first", language="en")
    alice.edits(post, "second")
    alice.edits(post, "")
    assert rows("posts")[1] == (post, alice, "", ("en",), 7, micros("00:02"), micros("00:04"))


def test_the_last_edit_by_time_stands_whatever_arrives_last_and_at_one_time_the_greater_event_id(alice, rows):
    for post_id in (7, 8, 9):
        alice.posts("first", post_id=post_id, at="10:00")
    alice.edits(7, "last", at="12:00")
    alice.edits(7, "late", at="11:00")
    alice.edits(8, "nine", at="12:00", event_id="9")
    alice.edits(8, "ten", at="12:00", event_id="10")
    alice.edits(9, "below", at="12:00", event_id="\uff5e")
    alice.edits(9, "beyond", at="12:00", event_id="\U0001f600")
    assert [row[2] for row in rows("posts")] == ["last", "nine", "beyond"]
    assert {row[6] for row in rows("posts")} == {micros("12:00")}


def test_an_edit_dated_before_the_post_does_nothing_and_at_its_time_the_event_id_decides(alice, rows):
    alice.posts("first", post_id=7, at="12:00")
    alice.edits(7, "too early", at="11:59:59.999999")
    alice.posts("post", post_id=8, at="12:00", event_id="b")
    alice.edits(8, "smaller id", at="12:00", event_id="a")
    alice.posts("post", post_id=9, at="12:00", event_id="c")
    alice.edits(9, "greater id", at="12:00", event_id="d")
    found = [(row[2], row[6]) for row in rows("posts")]
    assert found == [("first", None), ("post", None), ("greater id", micros("12:00"))]


def test_an_edit_by_another_does_nothing_until_that_other_proves_to_be_the_author(alice, bob, rows):
    alice.posts("mine", post_id=7, at="12:00")
    bob.edits(7, "bob was here", at="13:00")
    assert rows("posts") == [(7, alice, "mine", None, None, micros("12:00"), None)]
    bob.posts("bob's", post_id=7, at="11:00")
    assert rows("posts") == [(7, bob, "bob was here", None, None, micros("11:00"), micros("13:00"))]


def test_an_edit_that_arrives_before_its_post_counts(alice, rows):
    alice.edits(7, "edited", at="12:00")
    assert rows("posts") == []
    alice.posts("first", post_id=7, at="11:00")
    assert rows("posts") == [(7, alice, "edited", None, None, micros("11:00"), micros("12:00"))]


def test_an_edit_of_a_deleted_post_does_not_bring_it_back(alice, rows):
    post = alice.posts()
    alice.deletes(post)
    alice.edits(post, "still here")
    assert rows("posts") == []


def test_posting_an_own_post_again_is_no_edit(alice, rows):
    alice.posts("first", post_id=7, language="en", at="12:00")
    alice.posts("again", post_id=7, language="de", at="13:00")
    assert rows("posts") == [(7, alice, "first", ("en",), None, micros("12:00"), None)]


def test_the_posts_of_a_deactivated_author_do_not_stand_and_come_back_edited(alice, bob, rows):
    post, other = alice.posts(), bob.posts()
    alice.deactivates()
    alice.edits(post, "edited meanwhile")
    assert [row[0] for row in rows("posts")] == [other]
    alice.reactivates()
    assert [row[2] for row in rows("posts")] == ["edited meanwhile", "hello"]
