"""One row for everyone who ever acted. The n-th event happens at minute n, so "00:03" is the third."""

from tests.histories import History, micros
from tests.laws.worlds import land_events, released


def names(rows):
    """username, first_name, last_name and bio by user."""
    return {row[0]: row[1:5] for row in rows}


def test_a_profile_has_the_names_given_when_registering(alice, rows):
    alice.registers(bio="")
    at = micros("00:01")
    assert rows("profile") == [(alice, "alice", "Alice", "Doe", "", True, at, at, 0, 0, 0, 0)]


def test_each_name_is_the_one_last_given_by_time_whatever_arrived_last(alice, rows):
    alice.registers(at="10:00", bio="first")
    alice.changes_profile(at="12:00", username="alice2")
    alice.changes_profile(at="11:00", username="late", first_name="Al")
    assert names(rows("profile")) == {alice: ("alice2", "Al", "Doe", "first")}


def test_at_one_time_the_greater_event_id_gives_the_name_also_when_one_begins_with_the_other(alice, bob, carol, rows):
    alice.changes_profile(at="12:00", username="long", event_id="x1!")
    alice.changes_profile(at="12:00", username="~short", event_id="x1")
    bob.changes_profile(at="12:00", username="beyond", event_id="\U00010000")
    bob.changes_profile(at="12:00", username="~below", event_id="\uff5e")
    carol.changes_profile(at="12:00", username="nine", event_id="9")
    carol.changes_profile(at="12:00", username="~ten", event_id="10")
    assert [row[1] for row in rows("profile")] == ["long", "beyond", "nine"]


def test_a_name_given_before_2001_loses_against_a_later_one_though_its_time_has_a_digit_less(lake, engine):
    history = History()
    (alice,) = history.users("alice")
    alice.registers(at="2000-01-01T00:00:00Z", username="old")
    alice.changes_profile(username="new")
    land_events(lake, engine, history.events)
    assert [row[1] for row in released(lake, engine)["profile"]] == ["new"]


def test_who_only_acts_has_a_row_without_names_and_who_is_only_followed_has_none(alice, bob, rows):
    alice.follows(bob)
    alice.unlikes(999)
    assert rows("profile") == [(alice, None, None, None, None, True, None, micros("00:02"), 0, 1, 0, 0)]


def test_the_counts_are_of_standing_facts(alice, bob, carol, rows):
    first, second, reply = alice.posts(), alice.posts(), alice.replies(999)
    for user in (bob, carol):
        user.follows(alice)
        user.likes(first)
        user.likes(second)
        user.reposts(reply)
    carol.unfollows(alice)
    carol.unlikes(first)
    alice.likes(reply)
    alice.deletes(second)
    counts = {row[0]: row[8:] for row in rows("profile")}
    assert counts == {alice: (1, 0, 2, 2), bob: (0, 1, 0, 0), carol: (0, 0, 0, 0)}


def test_joined_at_is_the_first_registration_and_last_active_at_the_last_event(alice, rows):
    alice.registers(at="12:00")
    alice.registers(at="11:00")
    alice.follows(alice, at="13:00")
    alice.posts(at="10:00")
    assert [row[6:8] for row in rows("profile")] == [(micros("11:00"), micros("13:00"))]


def test_a_deactivated_user_keeps_the_profile_without_counts_until_the_reactivation(alice, bob, rows):
    alice.registers()
    alice.follows(bob)
    bob.follows(alice)
    bob.likes(alice.posts())
    before = rows("profile")[0]
    assert before[8:] == (1, 1, 1, 1)
    alice.deactivates()
    assert rows("profile")[0] == (alice, "alice", "Alice", "Doe", None, False, *times("00:01", "00:06"), 0, 0, 0, 0)
    alice.reactivates()
    assert rows("profile")[0] == (*before[:7], micros("00:07"), *before[8:])


def times(*at):
    """Each time in microseconds."""
    return tuple(map(micros, at))


def test_what_a_deactivated_user_did_does_not_count_for_others(alice, bob, carol, rows):
    post = alice.posts()
    for user in (bob, carol):
        user.likes(post)
        user.follows(alice)
        alice.follows(user)
    bob.deactivates()
    assert [row[8:] for row in rows("profile")] == [(1, 1, 1, 1), (0, 0, 0, 0), (1, 1, 0, 0)]


def test_the_last_word_says_whether_a_user_is_active_also_when_names_change_or_others_register(alice, bob, rows):
    alice.deactivates(at="12:00")
    alice.reactivates(at="11:00")
    alice.registers(at="13:00")
    bob.reactivates(at="12:00")
    bob.deactivates(at="11:00")
    assert [row[5] for row in rows("profile")] == [False, True]


def test_blocks_and_mutes_are_deeds_that_count_nothing(alice, bob, rows):
    bob.follows(alice)
    alice.blocks(bob)
    alice.mutes(bob)
    assert [row[7:] for row in rows("profile")] == [(micros("00:03"), 1, 0, 0, 0), (micros("00:01"), 0, 1, 0, 0)]


def test_who_only_ever_did_what_had_no_effect_has_a_profile(alice, bob, carol, rows):
    alice.unblocks(bob)
    bob.edits(999, "nothing there")
    carol.deactivates()
    assert [(row[0], row[5], *row[8:]) for row in rows("profile")] == [
        (alice, True, 0, 0, 0, 0),
        (bob, True, 0, 0, 0, 0),
        (carol, False, 0, 0, 0, 0),
    ]
