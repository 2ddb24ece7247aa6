"""What blocks and mutes hide from alice, the reader, and that they hide nothing else."""

import pytest

HIDES = ("alice blocks", "alice mutes", "blocks alice")


def hides(way, alice, other, undo=""):
    """Hides alice and another from one another in one of the ways, or undoes it."""
    by, verb, whom = (other, "blocks", alice) if way == "blocks alice" else (alice, way.split()[1], other)
    getattr(by, undo + verb)(whom)


def test_a_post_from_an_author_who_blocked_me_is_hidden(alice, bob, shown):
    alice.follows(bob)
    bob.posts()
    bob.blocks(alice)
    assert shown(alice) == []


def test_a_post_from_an_author_whom_i_blocked_is_hidden(alice, bob, shown):
    alice.follows(bob)
    bob.posts()
    alice.blocks(bob)
    assert shown(alice) == []


def test_a_post_from_an_author_whom_i_muted_is_hidden(alice, bob, shown):
    alice.follows(bob)
    bob.posts()
    alice.mutes(bob)
    assert shown(alice) == []


def test_a_post_from_an_author_who_muted_me_is_shown(alice, bob, shown):
    alice.follows(bob)
    post = bob.posts()
    bob.mutes(alice)
    assert shown(alice) == [post]


@pytest.mark.parametrize("way", HIDES)
def test_what_is_posted_and_reposted_after_the_hide_is_hidden_too(way, alice, bob, carol, shown):
    hides(way, alice, bob)
    alice.follows(bob)
    alice.follows(carol)
    carol.reposts(bob.posts())
    assert shown(alice) == []


def test_a_repost_of_a_post_by_one_whom_i_blocked_is_hidden(alice, bob, carol, shown):
    alice.follows(bob)
    alice.blocks(carol)
    bob.reposts(carol.posts())
    assert shown(alice) == []


def test_a_repost_of_a_post_by_one_whom_i_muted_is_hidden(alice, bob, carol, shown):
    alice.follows(bob)
    alice.mutes(carol)
    bob.reposts(carol.posts())
    assert shown(alice) == []


def test_a_repost_of_a_post_by_one_who_blocks_me_is_hidden(alice, bob, carol, shown):
    alice.follows(bob)
    carol.blocks(alice)
    bob.reposts(carol.posts())
    assert shown(alice) == []


@pytest.mark.parametrize("way", HIDES)
def test_a_post_of_a_hidden_followee_whom_another_followee_reposts_stays_hidden(way, alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    bob.reposts(carol.posts())
    hides(way, alice, carol)
    assert shown(alice) == []


@pytest.mark.parametrize("way", HIDES)
def test_a_repost_by_a_hidden_followee_is_no_reason(way, alice, bob, carol, shown):
    alice.follows(bob)
    bob.reposts(carol.posts())
    hides(way, alice, bob)
    assert shown(alice) == []


@pytest.mark.parametrize("way", HIDES)
def test_a_post_reposted_by_a_hidden_followee_keeps_its_other_reasons(way, alice, bob, carol, dora, feed):
    for followee in (bob, carol):
        alice.follows(followee)
    by_carol, by_dora = carol.posts(at="10:00"), dora.posts(at="10:00")
    bob.reposts(by_carol, at="09:00")
    bob.reposts(by_dora, at="12:00")
    carol.reposts(by_dora, at="13:00")
    assert [(post, by) for post, by, _ in feed(alice)] == [(by_dora, bob), (by_carol, bob)]
    hides(way, alice, bob)
    assert [(post, by) for post, by, _ in feed(alice)] == [(by_dora, carol), (by_carol, None)]


def test_a_repost_by_one_who_muted_me_is_shown(alice, bob, carol, shown):
    alice.follows(bob)
    bob.mutes(alice)
    post = carol.posts()
    bob.reposts(post)
    assert shown(alice) == [post]


@pytest.mark.parametrize("way", HIDES)
def test_undoing_the_hide_restores_posts_and_reposts_of_and_by_the_other(way, alice, bob, carol, dora, feed):
    alice.follows(bob)
    alice.follows(carol)
    post, others = carol.posts(), dora.posts()
    bob.reposts(post)
    carol.reposts(others)
    before = feed(alice)
    assert [(post, by) for post, by, _ in before] == [(others, carol), (post, None)]
    hides(way, alice, carol)
    assert feed(alice) == []
    hides(way, alice, carol, undo="un")
    assert feed(alice) == before


@pytest.mark.parametrize("way", HIDES)
def test_undoing_the_hide_of_a_stranger_restores_what_my_followee_reposted(way, alice, bob, carol, shown):
    alice.follows(bob)
    hides(way, alice, carol)
    post = carol.posts()
    bob.reposts(post)
    hides(way, alice, carol, undo="un")
    assert shown(alice) == [post]


def test_of_two_who_block_each_other_both_must_unblock(alice, bob, shown):
    alice.follows(bob)
    post = bob.posts()
    alice.blocks(bob)
    bob.blocks(alice)
    alice.unblocks(bob)
    assert shown(alice) == []
    bob.unblocks(alice)
    assert shown(alice) == [post]


def test_an_unblock_does_not_unmute_and_nobody_lifts_the_block_of_another(alice, bob, carol, shown):
    alice.follows(bob)
    post = bob.posts()
    alice.blocks(bob)
    alice.mutes(bob)
    carol.unblocks(bob)
    bob.unblocks(alice)
    alice.unblocks(bob)
    assert shown(alice) == []
    alice.unmutes(bob)
    assert shown(alice) == [post]


def test_a_late_unblock_dated_before_the_block_lifts_nothing(alice, bob, shown):
    alice.follows(bob)
    bob.posts()
    alice.blocks(bob, at="12:00")
    alice.unblocks(bob, at="11:00")
    assert shown(alice) == []


def test_at_one_time_the_greater_event_id_decides_over_a_mute(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    post = bob.posts()
    carol.posts()
    alice.mutes(bob, at="12:00", event_id="10")
    alice.unmutes(bob, at="12:00", event_id="9")
    alice.mutes(carol, at="12:00", event_id="\U0001f600")
    alice.unmutes(carol, at="12:00", event_id="\uff5e")
    assert shown(alice) == [post]


def test_blocks_and_mutes_of_oneself_hide_nothing(alice, bob, shown):
    bob.follows(alice)
    post = alice.posts()
    alice.blocks(alice)
    alice.mutes(alice)
    assert (shown(alice), shown(bob)) == ([post], [post])


def test_a_block_between_author_and_reposter_hides_nothing_from_a_third(alice, bob, carol, shown):
    alice.follows(bob)
    post = carol.posts()
    bob.reposts(post)
    carol.blocks(bob)
    bob.mutes(carol)
    assert shown(alice) == [post]


def test_a_block_hides_both_from_one_another_and_each_keeps_the_own_posts(alice, bob, shown):
    alice.follows(bob)
    bob.follows(alice)
    mine, theirs = alice.posts(), bob.posts()
    bob.blocks(alice)
    assert (shown(alice), shown(bob)) == ([mine], [theirs])


def test_what_is_hidden_leaves_room_under_the_cap(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    first, second, *_ = bob.posts(), bob.posts(), carol.posts(), carol.posts()
    alice.mutes(carol)
    assert shown(alice, cap=2) == [second, first]


@pytest.mark.parametrize("way", HIDES)
def test_a_hide_changes_no_follow_no_count_and_no_timeline(way, alice, bob, rows):
    alice.follows(bob)
    post = bob.posts()
    alice.likes(post)
    alice.reposts(post)
    alice.replies(post)
    views = ("followers", "followees", "user_timeline", "posts", "post_stats")
    before = {view: rows(view) for view in views}
    counts = [row[8:] for row in rows("profile")]
    assert all(before.values())
    hides(way, alice, bob)
    assert {view: rows(view) for view in views} == before
    assert [row[8:] for row in rows("profile")] == counts == [(0, 1, 1, 0), (1, 0, 1, 1)]
