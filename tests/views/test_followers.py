"""The standing follows, from who is followed. The n-th event happens at minute n, so "00:03" is the third."""

from tests.histories import micros


def test_a_user_has_followers_by_id_each_since_the_follow(alice, bob, carol, rows):
    carol.follows(alice)
    bob.follows(alice)
    alice.follows(carol)
    assert rows("followers") == [
        (alice, bob, micros("00:02")),
        (alice, carol, micros("00:01")),
        (carol, alice, micros("00:03")),
    ]


def test_a_follow_given_again_takes_the_later_time_whatever_arrives_last(alice, bob, rows):
    alice.follows(bob, at="11:00")
    alice.follows(bob, at="12:00")
    alice.follows(bob, at="10:00")
    assert rows("followers") == [(bob, alice, micros("12:00"))]


def test_an_unfollow_ends_it_and_a_new_follow_has_a_new_date(alice, bob, rows):
    alice.follows(bob)
    alice.unfollows(bob)
    assert rows("followers") == []
    alice.follows(bob)
    assert rows("followers") == [(bob, alice, micros("00:03"))]


def test_nobody_follows_oneself(alice, bob, rows):
    alice.follows(alice)
    bob.follows(alice)
    assert rows("followers") == [(alice, bob, micros("00:02"))]


def test_a_user_who_never_acted_has_followers(alice, rows):
    alice.follows(999)
    assert rows("followers") == [(999, alice, micros("00:01"))]


def test_a_block_a_mute_and_their_ends_leave_a_follow_as_it_is(alice, bob, rows):
    alice.follows(bob)
    bob.blocks(alice)
    bob.mutes(alice)
    alice.blocks(bob)
    bob.unblocks(alice)
    assert rows("followers") == [(bob, alice, micros("00:01"))]


def test_no_follow_of_or_by_a_deactivated_user_stands(alice, bob, carol, rows):
    alice.follows(bob)
    bob.follows(carol)
    carol.follows(alice)
    bob.deactivates()
    assert rows("followers") == [(alice, carol, micros("00:03"))]
