"""What the last event of a history concerns, and what it leaves as it was, when all before it was released already."""


def followed(alice, bob):
    """The posts of Bob, whom Alice follows: more than a newsfeed of two shows."""
    alice.follows(bob)
    return [bob.posts() for _ in range(3)]


def test_a_follow_brings_what_the_followee_posted_long_before(alice, bob, carol, shown):
    old, new = bob.posts(), carol.posts()
    alice.follows(carol)
    assert shown(alice) == [new]
    alice.follows(bob)
    assert shown(alice) == [new, old]


def test_what_a_mute_hid_comes_back_with_its_end(alice, bob, shown):
    alice.follows(bob)
    post = bob.posts()
    alice.mutes(bob)
    assert shown(alice) == []
    alice.unmutes(bob)
    assert shown(alice) == [post]


def test_an_entry_that_is_withdrawn_from_a_full_feed_makes_the_next_one_come_up(alice, bob, shown):
    three = followed(alice, bob)
    assert shown(alice, cap=2) == [three[2], three[1]]
    bob.deletes(three[2])
    assert shown(alice, cap=2) == [three[1], three[0]]


def test_an_entry_that_moves_below_a_full_feed_makes_the_next_one_come_up(alice, bob, carol, shown):
    three = followed(alice, bob)
    alice.follows(carol)
    old = carol.posts(at="00:00:01")
    bob.reposts(old)
    assert shown(alice, cap=2) == [three[2], three[1]]
    carol.deletes(old)
    assert shown(alice, cap=2) == [three[2], three[1]]


def test_a_repost_that_is_undone_takes_its_entry_along(alice, bob, carol, shown):
    three = followed(alice, bob)
    post = carol.posts()
    bob.reposts(post)
    assert shown(alice, cap=2) == [post, three[2]]
    bob.undoes_repost(post)
    assert shown(alice, cap=2) == [three[2], three[1]]


def test_an_earlier_reason_moves_an_entry_down(alice, bob, carol, shown):
    three = followed(alice, bob)
    post = carol.posts(at="00:02:30")
    bob.reposts(post)
    assert shown(alice) == [post, three[2], three[1], three[0]]
    alice.follows(carol)
    assert shown(alice) == [three[2], three[1], post, three[0]]


def test_a_follow_brings_what_others_answered_long_before(alice, bob, carol, shown):
    alice.follows(bob)
    post = carol.posts()
    reply = bob.replies(post)
    alice.follows(carol)
    assert shown(alice) == [reply, post]


def test_a_reply_goes_with_the_author_whom_it_answers(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    bob.replies(carol.posts())
    carol.deactivates()
    assert shown(alice) == []


def test_a_followee_with_more_posts_than_a_feed_shows_moves_down_what_was_reposted(alice, bob, carol, shown):
    alice.follows(bob)
    posts = [carol.posts() for _ in range(3)]
    bob.reposts(posts[0])
    assert shown(alice, cap=2) == [posts[0]]
    alice.follows(carol)
    assert shown(alice, cap=2) == [posts[2], posts[1]]


def test_a_parent_that_is_seen_after_its_reply_shows_the_reply(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    reply = bob.posts(reply_to_post_id=555)
    assert shown(alice) == []
    carol.posts(post_id=555, at="00:00:01")
    assert shown(alice) == [reply, 555]


def test_a_posted_that_arrives_late_takes_a_post_over_in_every_feed(alice, bob, carol, dora, shown):
    alice.follows(bob)
    dora.follows(carol)
    bob.posts(post_id=7)
    assert (shown(alice), shown(dora)) == ([7], [])
    carol.posts(post_id=7, at="00:00:01")
    assert (shown(alice), shown(dora)) == ([], [7])


def test_a_deactivation_and_its_end_are_seen_by_all_followers(alice, bob, carol, shown):
    alice.follows(bob)
    carol.follows(bob)
    post = bob.posts()
    bob.deactivates()
    assert (shown(alice), shown(carol)) == ([], [])
    bob.reactivates()
    assert (shown(alice), shown(carol)) == ([post], [post])


def test_an_entry_that_is_too_old_for_a_full_feed_changes_nothing(alice, bob, shown):
    three = followed(alice, bob)
    assert shown(alice, cap=2) == [three[2], three[1]]
    bob.posts(at="00:00:01")
    assert shown(alice, cap=2) == [three[2], three[1]]


def test_a_feed_that_is_not_full_takes_an_old_entry_in(alice, bob, shown):
    alice.follows(bob)
    post = bob.posts()
    old = bob.posts(at="00:00:01")
    assert shown(alice, cap=2) == [post, old]


def test_an_own_first_post_makes_a_feed(alice, shown):
    post = alice.posts()
    assert shown(alice) == [post]


def test_an_earlier_reason_that_moves_an_entry_below_a_full_feed_makes_the_next_one_come_up(
    alice, bob, carol, dora, shown
):
    three = followed(alice, bob)
    alice.follows(dora)
    post = carol.posts(at="00:00:30")
    bob.reposts(post)
    assert shown(alice, cap=2) == [post, three[2]]
    dora.reposts(post, at="00:00:40")
    assert shown(alice, cap=2) == [three[2], three[1]]
