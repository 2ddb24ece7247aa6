"""What reposts bring. The n-th event happens at minute n; alice is the reader."""

from tests.histories import micros


def test_a_repost_by_a_followee_is_shown_at_its_own_time_with_who_reposted(alice, bob, carol, feed):
    alice.follows(bob)
    post = carol.posts()
    bob.reposts(post)
    assert feed(alice) == [(post, bob, micros("00:03"))]


def test_a_repost_by_a_stranger_is_not_shown(alice, bob, carol, shown):
    bob.reposts(carol.posts())
    assert shown(alice) == []


def test_a_repost_of_something_already_seen_is_not_shown_again(alice, bob, carol, feed):
    alice.follows(bob)
    alice.follows(carol)
    post = bob.posts()
    newer = bob.posts()
    carol.reposts(post)
    assert feed(alice) == [(newer, None, micros("00:04")), (post, None, micros("00:03"))]


def test_a_second_repost_of_something_already_reposted_is_not_shown_again(alice, bob, carol, dora, feed):
    alice.follows(bob)
    alice.follows(carol)
    post = dora.posts()
    bob.reposts(post)
    carol.reposts(post)
    assert feed(alice) == [(post, bob, micros("00:04"))]


def test_a_repost_of_my_own_post_does_not_show_it_again(alice, bob, feed):
    alice.follows(bob)
    post = alice.posts()
    bob.reposts(post)
    assert feed(alice) == [(post, None, micros("00:02"))]


def test_my_own_repost_brings_nothing_into_my_feed(alice, bob, shown):
    alice.reposts(bob.posts())
    assert shown(alice) == []


def test_the_next_reposter_takes_over_after_an_undo(alice, bob, carol, dora, feed):
    alice.follows(bob)
    alice.follows(carol)
    post = dora.posts()
    bob.reposts(post)
    carol.reposts(post)
    bob.undoes_repost(post)
    assert feed(alice) == [(post, carol, micros("00:05"))]


def test_the_next_reposter_takes_over_when_i_unfollow_the_first(alice, bob, carol, dora, feed):
    alice.follows(bob)
    alice.follows(carol)
    post = dora.posts()
    bob.reposts(post)
    carol.reposts(post)
    alice.unfollows(bob)
    assert feed(alice) == [(post, carol, micros("00:05"))]


def test_reposted_by_many_then_undone_by_all_is_gone_and_was_there_until_the_last(alice, bob, carol, dora, erin, shown):
    post = erin.posts()
    for followee in (bob, carol, dora):
        alice.follows(followee)
        followee.reposts(post)
    for followee in (carol, bob):
        followee.undoes_repost(post)
        assert shown(alice) == [post]
    dora.undoes_repost(post)
    assert shown(alice) == []


def test_a_repost_takes_over_from_the_author_whom_i_unfollow(alice, bob, carol, feed):
    alice.follows(bob)
    alice.follows(carol)
    post = carol.posts()
    bob.reposts(post)
    assert feed(alice) == [(post, None, micros("00:03"))]
    alice.unfollows(carol)
    assert feed(alice) == [(post, bob, micros("00:04"))]
    alice.follows(carol)
    assert feed(alice) == [(post, None, micros("00:03"))]


def test_a_repost_that_arrives_before_its_original_is_shown_once_that_is_there(alice, bob, carol, feed):
    alice.follows(bob)
    bob.reposts(101, at="12:00")
    assert feed(alice) == []
    carol.posts(post_id=101, at="11:00")
    assert feed(alice) == [(101, bob, micros("12:00"))]


def test_a_repost_dated_before_its_original_is_shown_at_its_own_time(alice, bob, carol, feed):
    alice.follows(bob)
    alice.follows(carol)
    carol.posts(post_id=101, at="12:00")
    bob.reposts(101, at="11:00")
    assert feed(alice) == [(101, bob, micros("11:00"))]


def test_an_undo_dated_before_the_repost_undoes_nothing_and_one_after_it_does_whatever_arrives_first(
    alice, bob, carol, shown
):
    alice.follows(bob)
    kept, undone = carol.posts(), carol.posts()
    bob.undoes_repost(kept, at="11:00")
    bob.reposts(kept, at="12:00")
    bob.undoes_repost(undone, at="13:00")
    bob.reposts(undone, at="12:00")
    assert shown(alice) == [kept]


def test_a_repost_given_again_counts_from_the_later_time_so_that_another_may_be_first(alice, bob, carol, dora, feed):
    alice.follows(bob)
    alice.follows(carol)
    post = dora.posts()
    bob.reposts(post)
    carol.reposts(post)
    bob.reposts(post)
    assert feed(alice) == [(post, carol, micros("00:05"))]


def test_nobody_undoes_the_repost_of_another(alice, bob, carol, shown):
    alice.follows(bob)
    post = carol.posts()
    bob.reposts(post)
    carol.undoes_repost(post)
    alice.undoes_repost(post)
    assert shown(alice) == [post]


def test_a_followee_does_not_raise_a_post_by_reposting_it_oneself(alice, bob, feed):
    alice.follows(bob)
    first, second = bob.posts(), bob.posts()
    bob.reposts(first)
    assert feed(alice) == [(second, None, micros("00:03")), (first, None, micros("00:02"))]


def test_a_repost_of_a_deleted_post_shows_nothing(alice, bob, carol, shown):
    alice.follows(bob)
    post = carol.posts()
    bob.reposts(post)
    carol.deletes(post)
    bob.reposts(post)
    assert shown(alice) == []
