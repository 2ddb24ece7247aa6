"""What a user posted, replied and reposted. The n-th event happens at minute n, so "00:03" is the third."""

from tests.histories import micros


def test_a_timeline_has_posts_replies_and_reposts_newest_first(alice, bob, rows):
    first = alice.posts()
    second = bob.posts()
    third = alice.replies(second)
    alice.reposts(second)
    assert rows("user_timeline") == [
        (alice, second, "repost", micros("00:04")),
        (alice, third, "reply", micros("00:03")),
        (alice, first, "post", micros("00:01")),
        (bob, second, "post", micros("00:02")),
    ]


def test_at_equal_times_the_greater_post_comes_first_and_post_before_repost(alice, rows):
    for post_id in (9, 100, 10):
        alice.posts(post_id=post_id, at="12:00")
    alice.reposts(10, at="12:00")
    kinds = [(post, kind) for _, post, kind, _ in rows("user_timeline")]
    assert kinds == [(100, "post"), (10, "post"), (10, "repost"), (9, "post")]


def test_a_repost_given_again_takes_the_later_time_and_an_undone_one_is_gone(alice, bob, rows):
    post = bob.posts()
    alice.reposts(post)
    alice.reposts(post)
    assert rows("user_timeline")[0] == (alice, post, "repost", micros("00:03"))
    alice.undoes_repost(post)
    assert rows("user_timeline") == [(bob, post, "post", micros("00:01"))]


def test_a_deleted_post_is_gone_from_all_timelines_and_the_cap_does_not_cut_them(alice, bob, rows):
    posts = [alice.posts() for _ in range(3)]
    bob.reposts(posts[0])
    bob.reposts(555)
    alice.deletes(posts[0])
    times = [micros("00:03"), micros("00:02")]
    expected = [(alice, posts[2], "post", times[0]), (alice, posts[1], "post", times[1])]
    assert rows("user_timeline", cap=1) == expected


def test_a_repost_of_a_deactivated_author_and_by_a_deactivated_user_is_gone_and_comes_back(alice, bob, rows):
    alice.reposts(bob.posts(at="10:00"), at="11:00")
    bob.reposts(alice.posts(at="12:00"), at="13:00")
    before = rows("user_timeline")
    bob.deactivates()
    assert rows("user_timeline") == [(alice, 102, "post", micros("12:00"))]
    bob.reactivates()
    assert rows("user_timeline") == before
    assert [(user, kind) for user, _, kind, _ in before] == [
        (alice, "post"),
        (alice, "repost"),
        (bob, "repost"),
        (bob, "post"),
    ]


def test_at_one_time_a_reply_comes_before_its_own_repost(alice, rows):
    alice.reposts(700, at="12:00")
    alice.replies(999, post_id=700, at="12:00")
    assert [kind for *_, kind, _ in rows("user_timeline")] == ["reply", "repost"]


def test_blocks_and_mutes_change_no_timeline(alice, bob, rows):
    alice.reposts(bob.posts())
    before = rows("user_timeline")
    alice.mutes(bob)
    bob.blocks(alice)
    assert rows("user_timeline") == before != []


def test_an_edit_changes_no_timeline(alice, rows):
    post = alice.posts()
    alice.edits(post, "better")
    assert rows("user_timeline") == [(alice, post, "post", micros("00:01"))]
