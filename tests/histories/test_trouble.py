"""Random histories do make the trouble that they are drawn for, and every rule decides something in some of them."""

from functools import cache

import pytest

from tests.histories import census, random_history
from tests.histories.census import about_oneself, by_another, cut_between_equal_times, of_facts, replies_to
from tests.reference import VIEWS, Policy, views
from tests.reference.facts import facts_of
from tests.reference.feeds import newsfeed

COUNT, FAIR = 300, 0.03  # every kind of trouble in at least 3 of 100

TROUBLE = {
    "a fact and its end at one time": census.a_tie_decides,
    "event ids in another order as numbers": census.ids_order_otherwise,
    "event ids in another order in UTF-16": census.ids_order_otherwise_in_utf16,
    "late events": census.comes_late,
    "undone before done": census.undone_before_done,
    "self-follows": about_oneself("followed"),
    "self-blocks": about_oneself("blocked"),
    "self-mutes": about_oneself("muted"),
    "users who never registered": census.never_registered,
    "deactivated in the middle": census.acts_before_and_after_deactivation,
    "edits by others": by_another("post_edited"),
    "deletes by others": by_another("post_deleted"),
    "two authors of one post id": census.two_posted_by_two_authors,
    "a late posted that comes first": census.a_late_posted_takes_over,
    "replies to unseen posts": of_facts(lambda facts: replies_to(facts, unseen=True)),
    "replies to deleted posts": of_facts(lambda facts: replies_to(facts, gone=True)),
    "replies to own posts": of_facts(lambda facts: replies_to(facts, own=True)),
    "replies to replies": of_facts(census.chain_of_replies),
    "mentions of the blocked and muted": of_facts(census.mentions_the_hidden),
    "reposts by a hidden followee": of_facts(census.a_hidden_followee_reposts),
    "two earliest reasons of one time": of_facts(census.reasons_of_one_time),
    "a feed cut at 1 between equal times": of_facts(cut_between_equal_times(1)),
    "a feed cut at 3 between equal times": of_facts(cut_between_equal_times(3)),
    "a feed cut at 4 between equal times": of_facts(cut_between_equal_times(4)),
}
# Without the events of a type, the view is another.
MATTER = [
    ("followed", "newsfeed"),
    ("unfollowed", "newsfeed"),
    ("reposted", "newsfeed"),
    ("repost_undone", "newsfeed"),
    ("blocked", "newsfeed"),
    ("unblocked", "newsfeed"),
    ("muted", "newsfeed"),
    ("unmuted", "newsfeed"),
    ("deactivated", "newsfeed"),
    ("reactivated", "newsfeed"),
    ("post_deleted", "newsfeed"),
    ("repost_undone", "user_timeline"),
    ("deactivated", "user_timeline"),
    ("deactivated", "followers"),
    ("unfollowed", "followees"),
    ("post_edited", "posts"),
    ("liked", "post_stats"),
    ("unliked", "post_stats"),
    ("deactivated", "post_stats"),
    ("blocked", "notifications"),
    ("unblocked", "notifications"),
    ("muted", "notifications"),
    ("unmuted", "notifications"),
    ("unliked", "notifications"),
    ("deactivated", "notifications"),
    ("deactivated", "user_directory"),
    ("profile_changed", "user_directory"),
]
POLICIES = [Policy(cap=3), Policy(own_posts=False), Policy(replies="all"), Policy(replies="none")]


@cache
def histories():
    return [random_history(seed, base=1000) for seed in range(COUNT)]


@cache
def plain_views():
    return [views(events) for events in histories()]


def share(answers):
    """How often the answer is yes."""
    return sum(answers) / COUNT


@pytest.mark.parametrize("kind", TROUBLE)
def test_trouble_of_each_kind_occurs(kind):
    assert share(TROUBLE[kind](events) for events in histories()) >= FAIR


@pytest.mark.parametrize(("event_type", "view"), MATTER, ids=str)
def test_events_of_each_type_decide_what_a_view_says(event_type, view):
    others = ([e for e in events if e["event_type"] != event_type] for events in histories())
    pairs = zip(others, plain_views(), strict=True)
    assert share(VIEWS[view](facts_of(events), Policy()) != plain[view] for events, plain in pairs) >= FAIR


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_each_policy_decides_what_newsfeeds_show(policy):
    pairs = zip(histories(), plain_views(), strict=True)
    assert share(newsfeed(facts_of(events), policy) != plain["newsfeed"] for events, plain in pairs) >= FAIR


def test_the_order_of_event_ids_decides_in_many_histories():
    def turned(events):
        """The history with the same event ids, their order turned around."""
        ids = sorted(event["event_id"] for event in events)
        other = dict(zip(ids, reversed(ids), strict=True))
        return [event | {"event_id": other[event["event_id"]]} for event in events]

    pairs = zip(histories(), plain_views(), strict=True)
    assert share(views(turned(events)) != plain for events, plain in pairs) >= 0.3
