"""What following brings and takes away. The n-th event happens at minute n; alice is the reader."""

from tests.histories import micros


def test_a_followees_post_is_shown(alice, bob, shown):
    alice.follows(bob)
    post = bob.posts()
    assert shown(alice) == [post]


def test_my_own_post_is_shown_to_me(alice, shown):
    post = alice.posts()
    assert shown(alice) == [post]
    assert shown(alice, own_posts=False) == []


def test_a_strangers_post_is_not_shown_nor_one_by_whom_my_followee_follows(alice, bob, carol, shown):
    alice.follows(bob)
    bob.follows(carol)
    carol.posts()
    assert shown(alice) == []


def test_a_followers_post_is_not_shown(alice, bob, shown):
    bob.follows(alice)
    bob.posts()
    assert shown(alice) == []


def test_a_follow_backfills_what_was_posted_before_each_post_at_its_own_time(alice, bob, feed):
    first, second = bob.posts(), bob.posts()
    alice.follows(bob)
    assert feed(alice) == [(second, None, micros("00:02")), (first, None, micros("00:01"))]


def test_an_unfollow_removes_all_posts_of_the_followee_and_of_nobody_else(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    bob.posts()
    other, own = carol.posts(), alice.posts()
    bob.posts()
    alice.unfollows(bob)
    assert shown(alice) == [own, other]


def test_an_unfollow_removes_what_only_the_followee_reposted(alice, bob, carol, dora, shown):
    alice.follows(bob)
    alice.follows(carol)
    only_by_bob, by_both = dora.posts(), dora.posts()
    for post in (only_by_bob, by_both):
        bob.reposts(post)
    carol.reposts(by_both)
    alice.unfollows(bob)
    assert shown(alice) == [by_both]


def test_following_twice_is_ended_by_one_unfollow(alice, bob, shown):
    bob.posts()
    alice.follows(bob)
    alice.follows(bob)
    alice.unfollows(bob)
    assert shown(alice) == []


def test_a_follow_that_arrives_after_the_unfollow_but_happened_before_it_does_nothing(alice, bob, shown):
    bob.posts()
    alice.unfollows(bob, at="12:00")
    alice.follows(bob, at="11:00")
    assert shown(alice) == []


def test_a_followee_who_never_registered_and_never_followed_anyone_is_shown(alice, bob, shown):
    alice.registers()
    alice.follows(bob)
    post = bob.posts()
    assert shown(alice) == [post]


def test_a_post_that_arrives_late_takes_its_place_by_when_it_happened(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    noon = bob.posts(at="12:00")
    morning = carol.posts(at="08:00")
    evening = bob.posts(at="20:00")
    assert shown(alice) == [evening, noon, morning]


def test_an_edit_raises_nothing(alice, bob, feed):
    alice.follows(bob)
    first, second = bob.posts(), bob.posts()
    bob.edits(first, "better")
    assert feed(alice) == [(second, None, micros("00:03")), (first, None, micros("00:02"))]


def test_the_oldest_are_trimmed_at_the_cap(alice, bob, shown):
    alice.follows(bob)
    _, second, third, fourth = (bob.posts() for _ in range(4))
    assert shown(alice, cap=3) == [fourth, third, second]
    assert shown(alice, cap=1) == [fourth]


def test_what_was_trimmed_comes_back_when_something_newer_goes(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    first, second, third, fourth = bob.posts(), carol.posts(), bob.posts(), carol.posts()
    assert shown(alice, cap=2) == [fourth, third]
    carol.deletes(fourth)
    assert shown(alice, cap=2) == [third, second]
    alice.unfollows(carol)
    assert shown(alice, cap=2) == [third, first]


def test_a_late_post_pushes_the_oldest_over_the_cap_or_falls_below_it(alice, bob, shown):
    alice.follows(bob)
    bob.posts(at="10:00")
    noon = bob.posts(at="12:00")
    eleven = bob.posts(at="11:00")
    bob.posts(at="09:00")
    assert shown(alice, cap=2) == [noon, eleven]


def test_at_the_cap_the_greatest_ids_of_one_time_are_kept_reposts_or_not(alice, bob, carol, shown):
    alice.follows(bob)
    bob.posts(post_id=9, at="12:00")
    carol.posts(post_id=100, at="08:00")
    bob.reposts(100, at="12:00")
    bob.posts(post_id=10, at="12:00")
    assert shown(alice, cap=2) == [100, 10]


def test_everyone_has_a_feed_of_their_own_and_the_cap_is_for_each(alice, bob, carol, shown):
    for user in (alice, bob):
        user.follows(carol)
    first, second = carol.posts(), carol.posts()
    own = bob.posts()
    assert [shown(user, cap=2) for user in (alice, bob, carol)] == [[second, first], [own, second], [second, first]]
