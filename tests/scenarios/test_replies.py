"""Which replies are shown to alice, the reader. A reply is shown like a post only to whom knows whom it answers."""

import pytest


def test_a_reply_from_a_followee_to_a_followee_is_shown(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    post = carol.posts()
    reply = bob.replies(post)
    assert shown(alice) == [reply, post]


def test_a_reply_from_a_followee_to_me_is_shown(alice, bob, shown):
    alice.follows(bob)
    post = alice.posts()
    reply = bob.replies(post)
    assert shown(alice) == [reply, post]


def test_a_reply_from_a_followee_to_me_is_shown_also_where_own_posts_are_not(alice, bob, shown):
    alice.follows(bob)
    reply = bob.replies(alice.posts())
    assert shown(alice, own_posts=False) == [reply]


def test_a_reply_from_a_followee_to_self_is_shown_at_every_step_of_the_thread(alice, bob, shown):
    alice.follows(bob)
    first = bob.posts()
    second = bob.replies(first)
    third = bob.replies(second)
    assert shown(alice) == [third, second, first]


def test_a_reply_from_a_followee_to_a_stranger_is_hidden(alice, bob, carol, shown):
    alice.follows(bob)
    bob.replies(carol.posts())
    assert shown(alice) == []


def test_a_reply_from_a_stranger_is_hidden_also_when_it_answers_me_or_a_followee(alice, bob, carol, shown):
    alice.follows(bob)
    own, other = alice.posts(), bob.posts()
    carol.replies(own)
    carol.replies(other)
    assert shown(alice) == [other, own]


def test_my_own_reply_is_shown_to_me_whomever_it_answers(alice, bob, shown):
    reply = alice.replies(bob.posts())
    unknown = alice.replies(999)
    assert shown(alice) == [unknown, reply]
    assert shown(alice, replies="none") == [unknown, reply]
    assert shown(alice, own_posts=False) == []


def test_a_reply_under_an_unknown_parent_is_hidden_and_so_is_a_second_one(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    bob.replies(999)
    carol.replies(999)
    bob.replies(999)
    assert shown(alice) == []


def test_a_reply_comes_when_its_parent_arrives_at_last_from_one_whom_i_follow(alice, bob, carol, dora, shown):
    for followee in (bob, carol):
        alice.follows(followee)
    to_carol, _ = bob.replies(901, at="12:00"), bob.replies(902, at="12:00")
    assert shown(alice) == []
    carol.posts(post_id=901, at="11:00")
    dora.posts(post_id=902, at="11:00")
    assert shown(alice) == [to_carol, 901]


def test_a_reply_to_a_stranger_comes_when_i_follow_the_stranger_and_goes_when_i_unfollow(alice, bob, carol, shown):
    alice.follows(bob)
    post = carol.posts()
    reply = bob.replies(post)
    alice.follows(carol)
    assert shown(alice) == [reply, post]
    alice.unfollows(carol)
    assert shown(alice) == []


def test_whom_the_replier_follows_does_not_matter(alice, bob, carol, shown):
    alice.follows(bob)
    bob.follows(carol)
    carol.follows(alice)
    bob.replies(carol.posts())
    assert shown(alice) == []


def test_only_the_nearest_parent_counts(alice, bob, carol, dora, shown):
    alice.follows(bob)
    alice.follows(carol)
    root = dora.posts()
    hidden = carol.replies(root)
    reply = bob.replies(hidden)
    bob.replies(dora.replies(reply))
    assert shown(alice) == [reply]


def test_a_reply_to_a_deleted_post_stays(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    post = carol.posts()
    reply = bob.replies(post)
    carol.deletes(post)
    assert shown(alice) == [reply]


def test_a_reply_answers_who_posted_first_also_when_that_arrives_late(alice, bob, carol, dora, shown):
    alice.follows(bob)
    alice.follows(carol)
    carol.posts(post_id=700, at="11:00")
    reply = bob.replies(700, at="12:00")
    assert shown(alice) == [reply, 700]
    dora.posts(post_id=700, at="10:00")
    assert shown(alice) == []


def test_a_reply_dated_before_its_parent_is_shown_all_the_same(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    reply = bob.replies(carol.posts(post_id=700, at="12:00"), at="11:00")
    assert shown(alice) == [700, reply]


def test_a_repost_of_a_reply_shows_it_whomever_it_answers(alice, bob, carol, dora, feed):
    alice.follows(bob)
    answer, unknown = carol.replies(dora.posts(), at="10:00"), dora.replies(999, at="10:00")
    bob.reposts(answer, at="12:00")
    bob.reposts(unknown, at="13:00")
    assert [(post, by) for post, by, _ in feed(alice)] == [(unknown, bob), (answer, bob)]


def test_a_followee_shows_a_reply_to_a_stranger_by_reposting_it_oneself(alice, bob, carol, feed):
    alice.follows(bob)
    reply = bob.replies(carol.posts())
    bob.reposts(reply)
    assert [(post, by) for post, by, _ in feed(alice)] == [(reply, bob)]


def test_a_reply_to_itself_is_a_thread_of_its_author(alice, bob, shown):
    alice.follows(bob)
    bob.replies(700, post_id=700)
    assert shown(alice) == [700]
    assert shown(alice, replies="none") == []


@pytest.mark.parametrize("hide", ["blocks", "mutes"])
def test_a_reply_to_a_followee_whom_i_hide_is_shown_without_what_it_answers(hide, alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    reply = bob.replies(carol.posts())
    getattr(alice, hide)(carol)
    assert shown(alice) == [reply]


def test_under_the_policy_all_every_reply_of_a_followee_is_shown_and_under_none_no_reply(alice, bob, carol, shown):
    alice.follows(bob)
    post = bob.posts()
    to_self, to_me = bob.replies(post), bob.replies(own := alice.posts())
    to_stranger, to_unknown = bob.replies(carol.posts()), bob.replies(999)
    assert shown(alice, replies="all") == [to_unknown, to_stranger, to_me, own, to_self, post]
    assert shown(alice, replies="none") == [own, post]


def test_under_the_policy_none_a_reposted_reply_is_shown(alice, bob, carol, feed):
    alice.follows(bob)
    alice.follows(carol)
    reply = bob.replies(carol.posts(at="10:00"), at="11:00")
    carol.reposts(reply, at="12:00")
    assert [(post, by) for post, by, _ in feed(alice, replies="none")] == [(reply, carol), (101, None)]
    assert [(post, by) for post, by, _ in feed(alice)] == [(reply, None), (101, None)]
