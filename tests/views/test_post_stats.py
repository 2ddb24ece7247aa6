"""How often each standing post is liked, reposted and replied to: distinct facts that stand, never events."""


def test_likes_reposts_and_replies_are_counted(alice, bob, carol, rows):
    post = alice.posts()
    bob.likes(post)
    carol.likes(post)
    bob.reposts(post)
    first, second, third = (user.replies(post) for user in (bob, bob, carol))
    others = [(first, bob, 0, 0, 0), (second, bob, 0, 0, 0), (third, carol, 0, 0, 0)]
    assert rows("post_stats") == [(post, alice, 2, 1, 3), *others]


def test_a_like_or_a_repost_given_twice_counts_once_and_given_again_after_its_end_counts(alice, bob, carol, rows):
    post = alice.posts()
    for user in (bob, carol):
        user.likes(post)
        user.reposts(post)
        user.likes(post)
        user.reposts(post)
        user.unlikes(post)
        user.undoes_repost(post)
    bob.likes(post)
    carol.reposts(post)
    assert rows("post_stats") == [(post, alice, 1, 1, 0)]


def test_what_the_author_likes_reposts_and_answers_counts_like_anyones(alice, rows):
    post = alice.posts()
    alice.likes(post)
    alice.reposts(post)
    reply = alice.replies(post)
    assert rows("post_stats") == [(post, alice, 1, 1, 1), (reply, alice, 0, 0, 0)]


def test_a_reply_to_itself_is_its_own_reply(alice, rows):
    alice.replies(700, post_id=700)
    assert rows("post_stats") == [(700, alice, 0, 0, 1)]


def test_a_late_unlike_dated_before_the_like_takes_nothing_away(alice, bob, rows):
    post = alice.posts()
    bob.likes(post, at="12:00")
    bob.unlikes(post, at="11:00")
    bob.reposts(post, at="12:00", event_id="b")
    bob.undoes_repost(post, at="12:00", event_id="a")
    assert rows("post_stats") == [(post, alice, 1, 1, 0)]


def test_likes_and_reposts_dated_before_the_post_or_after_its_takeover_count(alice, bob, carol, rows):
    alice.posts(post_id=700, at="12:00")
    bob.likes(700, at="11:00")
    bob.reposts(700, at="11:00")
    carol.posts(post_id=700, at="10:00")
    assert rows("post_stats") == [(700, carol, 1, 1, 0)]


def test_a_deleted_post_has_no_row_and_a_deleted_reply_does_not_count(alice, bob, rows):
    post, gone = alice.posts(), alice.posts()
    bob.deletes(bob.replies(post))
    kept = bob.replies(gone)
    bob.likes(gone)
    alice.deletes(gone)
    assert rows("post_stats") == [(post, alice, 0, 0, 0), (kept, bob, 0, 0, 0)]


def test_what_is_said_of_a_post_that_nobody_posted_has_no_row(alice, rows):
    alice.likes(999)
    alice.reposts(999)
    assert rows("post_stats") == []


def test_likes_reposts_and_replies_of_a_deactivated_user_do_not_count(alice, bob, carol, rows):
    post = alice.posts()
    for user in (bob, carol):
        user.likes(post)
        user.reposts(post)
    reply = bob.replies(post)
    bob.deactivates()
    assert rows("post_stats") == [(post, alice, 1, 1, 0)]
    bob.reactivates()
    assert rows("post_stats") == [(post, alice, 2, 2, 1), (reply, bob, 0, 0, 0)]


def test_a_block_takes_no_like_away(alice, bob, rows):
    post = alice.posts()
    bob.likes(post)
    alice.blocks(bob)
    assert rows("post_stats") == [(post, alice, 1, 0, 0)]
