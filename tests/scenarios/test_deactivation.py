"""What goes when a user deactivates the account, and that all of it comes back. Alice is the reader."""

from tests.histories import micros


def test_a_deactivated_followees_posts_vanish_and_come_back(alice, bob, feed):
    alice.follows(bob)
    bob.posts()
    bob.posts()
    before = feed(alice)
    bob.deactivates()
    assert feed(alice) == []
    bob.reactivates()
    assert feed(alice) == before != []


def test_a_deactivated_followees_reposts_vanish_and_come_back(alice, bob, carol, feed):
    alice.follows(bob)
    post = carol.posts()
    bob.reposts(post)
    bob.deactivates()
    assert feed(alice) == []
    bob.reactivates()
    assert feed(alice) == [(post, bob, micros("00:03"))]


def test_the_next_reposter_takes_over_while_the_first_is_deactivated(alice, bob, carol, dora, feed):
    alice.follows(bob)
    alice.follows(carol)
    post = dora.posts()
    bob.reposts(post)
    carol.reposts(post)
    bob.deactivates()
    assert feed(alice) == [(post, carol, micros("00:05"))]
    bob.reactivates()
    assert feed(alice) == [(post, bob, micros("00:04"))]


def test_a_repost_of_a_deactivated_authors_post_vanishes_and_comes_back(alice, bob, carol, shown):
    alice.follows(bob)
    post = carol.posts()
    bob.reposts(post)
    carol.deactivates()
    assert shown(alice) == []
    carol.reactivates()
    assert shown(alice) == [post]


def test_a_deactivated_users_likes_vanish_and_come_back(alice, bob, rows, notified):
    post = alice.posts()
    bob.likes(post)
    bob.deactivates()
    assert (rows("post_stats"), notified(alice)) == ([(post, alice, 0, 0, 0)], [])
    bob.reactivates()
    assert (rows("post_stats"), notified(alice)) == ([(post, alice, 1, 0, 0)], [("liked", bob, post)])


def test_a_deactivated_reader_has_an_empty_feed_and_has_it_back_afterwards(alice, bob, carol, shown):
    alice.follows(bob)
    theirs, own, reposted = bob.posts(), alice.posts(), carol.posts()
    bob.reposts(reposted)
    alice.deactivates()
    assert shown(alice) == []
    alice.reactivates()
    assert shown(alice) == [reposted, own, theirs]


def test_follows_end_in_both_directions_and_are_back_with_their_old_dates(alice, bob, carol, rows):
    alice.follows(bob)
    bob.follows(carol)
    before = rows("followers")
    bob.deactivates()
    assert rows("followers") == rows("followees") == []
    bob.reactivates()
    assert rows("followers") == before == [(bob, alice, micros("00:01")), (carol, bob, micros("00:02"))]


def test_a_reply_vanishes_while_the_parents_author_is_deactivated(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    post = carol.posts()
    reply = bob.replies(post)
    carol.deactivates()
    assert shown(alice) == []
    carol.reactivates()
    assert shown(alice) == [reply, post]


def test_my_own_reply_to_a_deactivated_author_stays(alice, bob, shown):
    reply = alice.replies(bob.posts())
    bob.deactivates()
    assert shown(alice) == [reply]


def test_what_is_done_while_deactivated_stands_after_the_reactivation(alice, bob, carol, shown):
    bob.deactivates()
    alice.follows(bob)
    post, reposted = bob.posts(), carol.posts()
    bob.reposts(reposted)
    assert shown(alice) == []
    bob.reactivates()
    assert shown(alice) == [reposted, post]


def test_what_is_ended_while_the_other_is_deactivated_stays_ended(alice, bob, shown):
    alice.follows(bob)
    bob.posts()
    bob.deactivates()
    alice.unfollows(bob)
    bob.reactivates()
    assert shown(alice) == []


def test_registering_again_does_not_reactivate(alice, bob, shown):
    alice.follows(bob)
    bob.posts()
    bob.deactivates()
    bob.registers()
    assert shown(alice) == []


def test_one_reactivation_ends_two_deactivations(alice, bob, shown):
    alice.follows(bob)
    post = bob.posts()
    bob.deactivates()
    bob.deactivates()
    bob.reactivates()
    assert shown(alice) == [post]


def test_a_late_deactivation_dated_before_the_reactivation_does_nothing(alice, bob, shown):
    alice.follows(bob)
    post = bob.posts()
    bob.reactivates(at="12:00")
    bob.deactivates(at="11:00")
    assert shown(alice) == [post]


def test_at_one_time_the_greater_event_id_decides_whether_an_account_is_active(alice, bob, carol, shown):
    alice.follows(bob)
    alice.follows(carol)
    post, _ = bob.posts(), carol.posts()
    bob.deactivates(at="12:00", event_id="10")
    bob.reactivates(at="12:00", event_id="9")
    carol.deactivates(at="12:00", event_id="b")
    carol.reactivates(at="12:00", event_id="a")
    assert shown(alice) == [post]


def test_blocks_and_mutes_stand_while_who_gave_them_is_away_and_after_that(alice, bob, carol, shown):
    alice.follows(bob)
    bob.blocks(alice)
    alice.mutes(carol)
    bob.deactivates()
    alice.deactivates()
    bob.posts()
    bob.reposts(carol.posts())
    bob.reactivates()
    alice.reactivates()
    assert shown(alice) == []


def test_a_deletion_while_deactivated_is_final(alice, bob, shown):
    alice.follows(bob)
    post = bob.posts()
    bob.deactivates()
    bob.deletes(post)
    bob.reactivates()
    assert shown(alice) == []


def test_a_deactivated_first_author_is_not_replaced_by_the_next_one_of_the_same_id(alice, bob, carol, rows):
    bob.posts(post_id=700, at="10:00")
    carol.posts(post_id=700, at="11:00")
    alice.follows(carol)
    bob.deactivates()
    assert rows("posts") == rows("newsfeed") == []
