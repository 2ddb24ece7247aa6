"""What happened on each UTC date. The n-th event happens at minute n of 1 March 2024 unless it says when."""

from datetime import date

FIRST, SECOND = date(2024, 3, 1), date(2024, 3, 2)


def test_a_day_counts_its_events_by_kind_and_who_acted(alice, bob, rows):
    alice.registers()
    alice.follows(bob)
    post = bob.posts()
    bob.replies(post)
    alice.reposts(post)
    alice.likes(post)
    alice.likes(post)
    assert rows("daily_activity") == [(FIRST, 2, 7, 1, 2, 1, 2, 1)]


def test_what_is_retracted_later_was_still_done_and_every_retraction_is_an_event(alice, bob, rows):
    post = alice.posts()
    for user in (bob,):
        user.follows(alice)
        user.likes(post)
        user.reposts(post)
        user.unfollows(alice)
        user.unlikes(post)
        user.undoes_repost(post)
    alice.deletes(post)
    alice.deactivates()
    assert rows("daily_activity") == [(FIRST, 2, 9, 0, 1, 1, 1, 1)]


def test_what_had_no_effect_was_done_too(alice, bob, rows):
    alice.follows(alice)
    alice.likes(999)
    alice.posts(post_id=700)
    bob.posts(post_id=700)
    bob.deletes(700)
    bob.blocks(bob)
    assert rows("daily_activity") == [(FIRST, 2, 6, 0, 2, 0, 1, 1)]


def test_every_type_of_event_counts_as_an_event(alice, bob, rows):
    alice.changes_profile(bio="")
    for does in (alice.blocks, alice.mutes, alice.unblocks, alice.unmutes):
        does(bob)
    alice.deactivates()
    alice.reactivates()
    alice.edits(999, "edited")
    assert rows("daily_activity") == [(FIRST, 1, 8, 0, 0, 0, 0, 0)]


def test_the_date_is_that_of_the_event_in_utc_to_the_last_microsecond(alice, bob, rows):
    alice.posts(at="2024-03-01T23:59:59.999999Z")
    alice.posts(at="2024-03-02T00:00:00Z")
    bob.posts(at="2024-03-02T01:30:00+02:00")
    bob.posts(at="2024-03-01T23:30:00-00:45")
    assert rows("daily_activity") == [(FIRST, 2, 2, 0, 2, 0, 0, 0), (SECOND, 2, 2, 0, 2, 0, 0, 0)]


def test_a_day_without_events_has_no_row(alice, rows):
    alice.registers(at="2024-02-28T12:00:00Z")
    alice.registers(at="2024-03-02T12:00:00Z")
    assert [day for day, *_ in rows("daily_activity")] == [date(2024, 2, 28), SECOND]


def test_an_event_that_comes_twice_counts_once(alice, rows):
    alice.posts(event_id="same", post_id=700, at="12:00")
    alice.posts(event_id="same", post_id=700, at="12:00")
    assert rows("daily_activity") == [(FIRST, 1, 1, 0, 1, 0, 0, 0)]


def test_who_acts_on_two_days_is_active_on_both_and_who_is_only_followed_on_none(alice, bob, rows):
    alice.follows(bob)
    alice.unfollows(bob, at="2024-03-02T12:00:00Z")
    assert rows("daily_activity") == [(FIRST, 1, 1, 0, 0, 0, 0, 1), (SECOND, 1, 1, 0, 0, 0, 0, 0)]
