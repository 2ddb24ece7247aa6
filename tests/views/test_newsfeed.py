"""What a reader sees. The n-th event happens at minute n, so "00:03" is the third."""

from tests.histories import micros


def test_a_followees_post_is_shown_at_its_own_time_to_whom_follows_and_to_its_author(alice, bob, rows):
    post = bob.posts("hello")
    alice.follows(bob)
    at = micros("00:01")
    assert rows("newsfeed") == [(alice, 1, post, bob, None, at), (bob, 1, post, bob, None, at)]


def test_unfollowing_removes_and_following_again_brings_back_what_was_posted_meanwhile(alice, bob, feed):
    first = bob.posts()
    alice.follows(bob)
    alice.unfollows(bob)
    assert feed(alice) == []
    second = bob.posts()
    alice.follows(bob)
    assert feed(alice) == [(second, None, micros("00:04")), (first, None, micros("00:01"))]


def test_a_late_unfollow_is_dated_before_the_follow_and_loses(alice, bob, feed):
    post = bob.posts()
    alice.follows(bob, at="12:00")
    assert feed(alice) == [(post, None, micros("00:01"))]
    alice.unfollows(bob, at="11:59")
    assert feed(alice) == [(post, None, micros("00:01"))]


def test_at_equal_times_the_greater_event_id_decides_by_code_points(alice, bob, carol, dora, erin, feed):
    dora.posts()
    alice.follows(dora, at="12:00", event_id="\U0001f600")
    alice.unfollows(dora, at="12:00", event_id="\uff5e")
    bob.follows(dora, at="12:00", event_id="10")
    bob.unfollows(dora, at="12:00", event_id="9")
    carol.follows(dora, at="12:00", event_id="1a")
    carol.unfollows(dora, at="12:00", event_id="1")
    erin.follows(dora, at="12:00", event_id="é")
    erin.unfollows(dora, at="12:00", event_id="z")
    assert [len(feed(user)) for user in (alice, bob, carol, erin)] == [1, 0, 1, 1]


def test_a_followees_repost_is_shown_and_the_next_reposter_takes_over_when_it_is_undone(alice, bob, carol, dora, feed):
    alice.follows(bob)
    alice.follows(carol)
    post = dora.posts()
    carol.reposts(post)
    bob.reposts(post)
    assert feed(alice) == [(post, carol, micros("00:04"))]
    carol.undoes_repost(post)
    assert feed(alice) == [(post, bob, micros("00:05"))]
    bob.undoes_repost(post)
    assert feed(alice) == []


def test_a_repost_never_raises_a_post_that_is_shown_already(alice, bob, carol, feed):
    alice.follows(bob)
    alice.follows(carol)
    first, second = bob.posts(), bob.posts()
    carol.reposts(first)
    carol.reposts(second, at="00:00:30")
    assert feed(alice) == [(first, None, micros("00:03")), (second, carol, micros("00:00:30"))]


def test_reposts_at_one_time_give_the_smaller_reposter_and_none_goes_before_any(alice, bob, carol, dora, feed):
    alice.follows(bob)
    alice.follows(carol)
    theirs, carols = dora.posts(at="12:00"), carol.posts(at="12:00")
    for reposter in (carol, bob):
        reposter.reposts(theirs, at="13:00")
    bob.reposts(carols, at="12:00")
    assert feed(alice) == [(theirs, bob, micros("13:00")), (carols, None, micros("12:00"))]


def test_replies_to_oneself_to_the_author_and_to_followees_are_shown_and_others_are_not(alice, bob, carol, dora, feed):
    alice.follows(bob)
    alice.follows(carol)
    posts = [user.posts(at="01:00") for user in (alice, bob, carol, dora)]
    shown = [bob.replies(post, at=f"0{n}:00") for n, post in enumerate(posts[:3], start=2)]
    hidden = [bob.replies(posts[3]), bob.replies(999)]
    assert [post for post, *_ in feed(alice) if post not in posts] == shown[::-1]
    assert {post for post, *_ in feed(alice, replies="all")} == {*posts[:3], *shown, *hidden}
    assert {post for post, *_ in feed(alice, replies="none")} == {*posts[:3]}


def test_a_repost_of_a_reply_counts_and_a_deleted_parent_changes_nothing(alice, bob, carol, dora, feed):
    alice.follows(bob)
    parent = bob.posts()
    alice.follows(carol)
    answer, other = carol.replies(parent), dora.replies(parent)
    bob.reposts(other)
    bob.deletes(parent)
    assert feed(alice) == [(other, bob, micros("00:06")), (answer, None, micros("00:04"))]


def test_a_feed_is_cut_at_the_cap_between_posts_of_one_time(alice, bob, carol, feed):
    alice.follows(bob)
    alice.follows(carol)
    for post_id, author in ((9, bob), (100, carol), (10, bob)):
        author.posts(post_id=post_id, at="12:00")
    bob.posts(post_id=1, at="12:01")
    assert [post for post, *_ in feed(alice, cap=2)] == [1, 100]
    assert [post for post, *_ in feed(alice, cap=3)] == [1, 100, 10]
    assert [post for post, *_ in feed(alice, cap=4)] == [1, 100, 10, 9]


def test_without_own_posts_a_reader_sees_an_own_post_only_when_a_followee_reposts_it(alice, bob, feed):
    alice.follows(bob)
    post, _ = alice.posts(), alice.posts()
    bob.reposts(post)
    assert feed(alice, own_posts=False) == [(post, bob, micros("00:04"))]


def test_a_deleted_post_is_gone_from_every_feed_but_only_its_author_can_delete_it(alice, bob, carol, feed):
    alice.follows(bob)
    post, other = bob.posts(), carol.posts()
    bob.reposts(other)
    alice.deletes(post)
    assert [post for post, *_ in feed(alice)] == [other, post]
    bob.deletes(post)
    carol.deletes(other)
    assert [feed(user) for user in (alice, bob, carol)] == [[], [], []]


def test_nobody_follows_oneself(alice, rows):
    alice.posts()
    alice.follows(alice)
    assert rows("newsfeed", own_posts=False) == []
