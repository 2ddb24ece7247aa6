"""The standing posts. The n-th event happens at minute n, so "00:03" is the third."""

from tests.histories import micros


def test_a_post_has_its_text_its_language_and_what_it_answers(alice, bob, rows):
    first = alice.posts("olá 😀", language="pt-BR")
    second = bob.replies(first, "")
    assert rows("posts") == [
        (first, alice, "olá 😀", ("pt-BR",), None, micros("00:01"), None),
        (second, bob, "", None, first, micros("00:02"), None),
    ]


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
