"""Whom the last event of a history touches beside those whom it names, when all before it was released already."""

from tests.histories import micros


def counts(rows):
    """followers, followees, posts and likes_received by user."""
    return {row[0]: row[8:] for row in rows("profile")}


def stats(rows):
    """likes, reposts and replies by post."""
    return {row[0]: row[2:] for row in rows("post_stats")}


def test_a_deactivation_touches_those_who_follow_the_user_and_whom_the_user_follows(alice, bob, carol, rows):
    alice.follows(bob)
    bob.follows(carol)
    before = rows("followers"), rows("followees")
    assert before == ([(bob, alice, at(1)), (carol, bob, at(2))], [(alice, bob, at(1)), (bob, carol, at(2))])
    bob.deactivates()
    assert (rows("followers"), rows("followees")) == ([], [])
    bob.reactivates()
    assert (rows("followers"), rows("followees")) == before


def at(minute):
    """When the event of this number happened."""
    return micros(f"00:{minute:02}")


def test_a_deactivation_touches_the_counts_of_whom_the_user_follows_and_who_follows(alice, bob, carol, rows):
    for user in (alice, carol):
        user.posts()
    alice.follows(bob)
    bob.follows(carol)
    bob.deactivates()
    assert counts(rows) == {alice: (0, 0, 1, 0), bob: (0, 0, 0, 0), carol: (0, 0, 1, 0)}
    bob.reactivates()
    assert counts(rows) == {alice: (0, 1, 1, 0), bob: (1, 1, 0, 0), carol: (1, 0, 1, 0)}


def test_a_deactivation_touches_what_the_user_liked_reposted_and_answered(alice, bob, rows):
    post = alice.posts()
    bob.likes(post)
    bob.reposts(post)
    reply = bob.replies(post)
    bob.deactivates()
    assert (stats(rows), counts(rows)[alice]) == ({post: (0, 0, 0)}, (0, 0, 1, 0))
    bob.reactivates()
    assert (stats(rows), counts(rows)[alice]) == ({post: (1, 1, 1), reply: (0, 0, 0)}, (0, 0, 1, 1))


def test_a_deactivation_touches_the_timelines_of_those_who_reposted_the_user(alice, bob, rows):
    post = bob.posts()
    alice.reposts(post)
    bob.deactivates()
    assert rows("user_timeline") == []
    bob.reactivates()
    assert rows("user_timeline") == [(alice, post, "repost", at(2)), (bob, post, "post", at(1))]


def test_a_deactivation_touches_all_whom_the_user_notified(alice, bob, carol, dora, notified):
    bob.likes(alice.posts())
    bob.posts(mentioned_ids=[carol])
    bob.follows(dora)
    before = [notified(user) for user in (alice, carol, dora)]
    assert [len(some) for some in before] == [1, 1, 1]
    bob.deactivates()
    assert [notified(user) for user in (alice, carol, dora)] == [[], [], []]
    bob.reactivates()
    assert [notified(user) for user in (alice, carol, dora)] == before


def test_a_deactivation_touches_the_names_of_the_user(alice, rows):
    alice.changes_profile(username="alice")
    assert rows("user_directory") == [("alice", alice, "username")]
    alice.deactivates()
    assert rows("user_directory") == []
    alice.reactivates()
    assert rows("user_directory") == [("alice", alice, "username")]


def test_each_name_that_is_changed_is_found_instead_of_the_former_one(alice, rows):
    alice.registers()
    alice.changes_profile(username="u")
    assert [term for term, *_ in rows("user_directory")] == ["alice", "doe", "u"]
    alice.changes_profile(first_name="f")
    assert [term for term, *_ in rows("user_directory")] == ["doe", "f", "u"]
    alice.changes_profile(last_name="l")
    assert [term for term, *_ in rows("user_directory")] == ["f", "l", "u"]


def test_a_like_a_repost_and_a_reply_touch_the_counts_of_a_post_and_of_its_author(alice, bob, rows):
    post = alice.posts()
    bob.likes(post)
    assert (stats(rows), counts(rows)[alice]) == ({post: (1, 0, 0)}, (0, 0, 1, 1))
    bob.reposts(post)
    assert stats(rows) == {post: (1, 1, 0)}
    reply = bob.replies(post)
    assert stats(rows) == {post: (1, 1, 1), reply: (0, 0, 0)}
    bob.deletes(reply)
    assert stats(rows) == {post: (1, 1, 0)}
    bob.unlikes(post)
    assert (stats(rows), counts(rows)[alice]) == ({post: (0, 1, 0)}, (0, 0, 1, 0))


def test_a_post_that_newly_stands_has_the_replies_and_likes_from_before(alice, bob, carol, rows):
    replies = [bob.replies(555), carol.replies(555)]
    bob.likes(555)
    alice.posts(post_id=555)
    assert stats(rows) == {555: (1, 0, 2)} | dict.fromkeys(replies, (0, 0, 0))
    assert counts(rows)[alice] == (0, 0, 1, 1)


def test_the_replies_of_a_post_are_counted_again_when_its_author_comes_back(alice, bob, rows):
    post = alice.posts()
    reply = bob.replies(post)
    alice.deactivates()
    assert stats(rows) == {reply: (0, 0, 0)}
    alice.reactivates()
    assert stats(rows) == {post: (0, 0, 1), reply: (0, 0, 0)}


def test_a_user_who_never_acted_before_has_the_followers_from_before(alice, bob, carol, rows):
    alice.follows(bob)
    carol.follows(bob)
    bob.posts()
    assert counts(rows)[bob] == (2, 0, 1, 0)


def test_a_user_who_never_acted_before_follows_and_is_followed(alice, bob, rows):
    alice.follows(bob)
    bob.follows(alice)
    assert counts(rows) == {alice: (1, 1, 0, 0), bob: (1, 1, 0, 0)}


def test_a_list_of_as_many_notifications_as_are_kept_that_loses_one_has_the_next_one(alice, bob, carol, dora, notified):
    post = alice.posts()
    for user in (bob, carol, dora):
        user.likes(post)
    assert notified(alice, cap=2) == [("liked", dora, post), ("liked", carol, post)]
    dora.unlikes(post)
    assert notified(alice, cap=2) == [("liked", carol, post), ("liked", bob, post)]


def test_a_follow_a_mention_and_an_answer_come_up_in_a_list_that_loses_one(alice, bob, carol, dora, notified):
    post = alice.posts()
    bob.follows(alice)
    bob.posts(post_id=701, mentioned_ids=[alice])
    carol.replies(post, post_id=702)
    bob.likes(post)
    dora.likes(post)
    dora.unlikes(post)
    expected = [("liked", bob, post), ("replied", carol, 702), ("mentioned", bob, 701), ("followed", bob, None)]
    for cap in range(1, 5):
        assert notified(alice, cap=cap) == expected[:cap]


def test_a_list_of_as_many_notifications_as_are_kept_of_which_one_is_hidden_has_the_next_one(
    alice, bob, carol, dora, notified
):
    post = alice.posts()
    for user in (bob, carol, dora):
        user.likes(post)
    alice.mutes(carol)
    assert notified(alice, cap=2) == [("liked", dora, post), ("liked", bob, post)]
    bob.follows(alice)
    dora.mutes(alice)
    assert notified(alice, cap=2) == [("followed", bob, None), ("liked", dora, post)]


def test_a_mention_that_gives_way_to_an_answer_lets_the_next_one_up(alice, bob, carol, notified):
    bob.replies(7, post_id=701, mentioned_ids=[alice], at="12:00")
    carol.posts(post_id=702, mentioned_ids=[alice], at="12:00")
    assert notified(alice, cap=1) == [("mentioned", bob, 701)]
    alice.posts(post_id=7)
    assert notified(alice, cap=1) == [("mentioned", carol, 702)]


def test_a_post_that_answers_no_more_mentions_again(alice, bob, carol, notified):
    alice.posts(post_id=7, at="12:00")
    reply = bob.replies(7, mentioned_ids=[alice])
    assert notified(alice) == [("replied", bob, reply)]
    carol.posts(post_id=7, at="11:00")
    assert notified(alice) == [("mentioned", bob, reply)]
    assert notified(carol) == [("replied", bob, reply)]


def test_the_only_notification_goes_with_what_it_tells(alice, bob, notified):
    post = alice.posts()
    reply = bob.replies(post)
    assert notified(alice) == [("replied", bob, reply)]
    bob.deletes(reply)
    assert notified(alice) == []


def test_the_end_of_a_mute_brings_every_kind_of_notification_back(alice, bob, notified):
    post = alice.posts()
    bob.follows(alice)
    bob.likes(post)
    bob.reposts(post)
    reply, mention = bob.replies(post), bob.posts(mentioned_ids=[alice])
    alice.mutes(bob)
    assert notified(alice) == []
    alice.unmutes(bob)
    likes = [("reposted", bob, post), ("liked", bob, post), ("followed", bob, None)]
    assert notified(alice) == [("mentioned", bob, mention), ("replied", bob, reply), *likes]


def test_of_two_parents_with_other_authors_both_replies_are_sent_again(alice, bob, carol, notified):
    for parent in (700, 701, 702, 703):
        bob.replies(parent, post_id=parent + 100)
        alice.posts(post_id=parent)
        assert notified(alice)[0] == ("replied", bob, parent + 100)


def test_a_block_and_its_end_touch_whom_it_hides_too(alice, bob, notified):
    post = alice.posts()
    bob.likes(post)
    bob.blocks(alice)
    assert notified(alice) == []
    bob.unblocks(alice)
    assert notified(alice) == [("liked", bob, post)]
