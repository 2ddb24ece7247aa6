"""The standing follows, from who follows. The n-th event happens at minute n, so "00:03" is the third."""

from tests.histories import micros


def test_a_user_has_followees_by_id_each_since_the_follow(alice, bob, carol, rows):
    alice.follows(carol)
    alice.follows(bob)
    carol.follows(alice)
    assert rows("followees") == [
        (alice, bob, micros("00:02")),
        (alice, carol, micros("00:01")),
        (carol, alice, micros("00:03")),
    ]


def test_an_unfollowed_user_and_oneself_are_no_followees(alice, bob, carol, rows):
    alice.follows(alice)
    alice.follows(bob)
    alice.follows(carol)
    alice.unfollows(bob)
    assert rows("followees") == [(alice, carol, micros("00:03"))]


def test_both_ends_tell_the_same_follows(alice, bob, carol, dora, rows):
    for follower, followee in ((dora, alice), (alice, bob), (carol, bob), (alice, 999)):
        follower.follows(followee)
    assert sorted((follower, user, since) for user, follower, since in rows("followers")) == rows("followees") != []


def test_whom_a_deactivated_user_follows_is_told_again_after_the_reactivation(alice, bob, rows):
    alice.follows(bob)
    alice.deactivates()
    assert rows("followees") == []
    alice.reactivates()
    assert rows("followees") == [(alice, bob, micros("00:01"))]
