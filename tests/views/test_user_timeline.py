"""What a user posted, replied and reposted. The n-th event happens at minute n, so "00:03" is the third."""

from tests.histories import micros


def test_a_timeline_has_posts_replies_and_reposts_newest_first(alice, bob, rows):
    first = alice.posts()
    second = bob.posts()
    third = alice.replies(second)
    alice.reposts(second)
    assert rows("user_timeline") == [
        (alice, 1, second, "repost", micros("00:04")),
        (alice, 2, third, "reply", micros("00:03")),
        (alice, 3, first, "post", micros("00:01")),
        (bob, 1, second, "post", micros("00:02")),
    ]


def test_at_equal_times_the_greater_post_comes_first_and_post_before_repost(alice, rows):
    for post_id in (9, 100, 10):
        alice.posts(post_id=post_id, at="12:00")
    alice.reposts(10, at="12:00")
    kinds = [(post, kind) for _, _, post, kind, _ in rows("user_timeline")]
    assert kinds == [(100, "post"), (10, "post"), (10, "repost"), (9, "post")]


def test_a_repost_given_again_takes_the_later_time_and_an_undone_one_is_gone(alice, bob, rows):
    post = bob.posts()
    alice.reposts(post)
    alice.reposts(post)
    assert rows("user_timeline")[0] == (alice, 1, post, "repost", micros("00:03"))
    alice.undoes_repost(post)
    assert rows("user_timeline") == [(bob, 1, post, "post", micros("00:01"))]


def test_a_deleted_post_is_gone_from_all_timelines_and_the_cap_does_not_cut_them(alice, bob, rows):
    posts = [alice.posts() for _ in range(3)]
    bob.reposts(posts[0])
    bob.reposts(555)
    alice.deletes(posts[0])
    times = [micros("00:03"), micros("00:02")]
    expected = [(alice, 1, posts[2], "post", times[0]), (alice, 2, posts[1], "post", times[1])]
    assert rows("user_timeline", cap=1) == expected
