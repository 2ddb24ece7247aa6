"""What explains an entry: it is said to be shown if and only if it is, and without the events named it is not so."""

from random import Random

import numpy as np
import pytest

from pipelines.clock import moment
from pipelines.events import CONTRACT
from pipelines.past import explaining, judging
from pipelines.past.facts import Facts
from pipelines.past.reader import PastReader
from pipelines.past.selection import Naming, Selection
from pipelines.policy import Policy
from tests import reference
from tests.laws.worlds import CLOCK, known, together
from tests.reference import views

ENDLESS = 2**31 - 1
POLICIES = (Policy(), Policy(own_posts=False, replies="all"), Policy(replies="none"))
PAIRS = 12
"""How many readers and posts of each history are asked for."""


def entries(events, policy):
    """By reader and post the entry of an endless newsfeed: position, author, reposter, time."""
    rows = views(events, reference.Policy(ENDLESS, policy.own_posts, policy.replies))["newsfeed"]
    return {
        (reader, post): (position, author, reposter, time) for reader, position, post, author, reposter, time in rows
    }


def pairs(base, events, shown, random):
    """Readers and posts of a history: some that are shown, and any others, also of whom nothing is known."""
    users = sorted({event["actor_id"] for event in events} | {base + 999})
    posts = sorted({event["post_id"] for event in events if "post_id" in event} | {base + 998})
    some = random.sample(sorted(shown), min(PAIRS // 2, len(shown)))
    hidden = hiding(events)
    some += random.sample(hidden, min(PAIRS, len(hidden)))
    return [*some, *((random.choice(users), random.choice(posts)) for _ in range(PAIRS // 2))]


def hiding(events):
    """Who ever hid or was hidden, with the posts that the other one wrote or reposted."""
    hides = [(event["actor_id"], event.get("blocked_id", event.get("muted_id"))) for event in events]
    pairs = {pair for user, other in hides if other is not None for pair in ((user, other), (other, user))}
    done = [(event["actor_id"], event["post_id"]) for event in events if event["event_type"] in ("posted", "reposted")]
    return sorted({(user, post) for user, other in pairs for doer, post in done if doer == other})


def told(reason):
    """A reason as an entry has it: who reposted the post, and when it entered."""
    return reason.user_id if reason.kind == "reposted" else None, reason.time


def ids(*causes):
    return {event.event_id for cause in causes for event in cause.events}


def without(events, gone):
    return [event for event in events if event["event_id"] not in gone]


def require_explained(verdict, events, entry, pair, policy):
    """What a verdict says of a reader and a post is so, and what it names decides."""
    named = ids(*verdict.gone, *verdict.hidden, *verdict.reasons, *verdict.missing)
    assert named <= {event["event_id"] for event in events}
    assert verdict.shows == (entry is not None), pair
    if entry is None:
        if verdict.reasons:
            freed = entries(without(events, ids(*verdict.gone, *verdict.hidden)), policy)
            assert pair in freed, pair
        return
    first, *others = verdict.reasons
    assert told(first) == entry[2:], pair
    if first.kind == "own":
        taken = {one["event_id"] for one in events if one["event_type"] == "posted" and is_of(one, verdict.post)}
        now = entries(without(events, taken), policy).get(pair)
        assert ids(first) <= taken
        assert now is None or now[1] != entry[1], pair  # but by another author, whose the post is then
    else:
        taken = ids(first) - {verdict.post.posted.event_id}
        left = [told(one) for one in others if not taken & ids(one)]
        now = entries(without(events, taken), policy).get(pair)
        assert (now and now[2:]) == (left[0] if left else None), pair


def is_of(posted, post):
    return (posted["post_id"], posted["actor_id"]) == (post.post_id, post.author_id)


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_a_post_is_explained_as_shown_if_and_only_if_it_is(past, histories, landings, times, seed, policy):
    until, known_at = (times[0], None) if policy.own_posts else (times[1], CLOCK)
    everything = Selection(PastReader.of(past, moment(until), known_at).pieces)
    everything.add(Naming(tuple(CONTRACT), "actor_id", np.unique([one["actor_id"] for one in together(histories)])))
    facts, random = Facts(everything.events(explaining.asked)), Random(seed)
    for base, events in known(histories, until, known_at and landings[0]).items():
        shown = entries(events, policy)
        for pair in pairs(base, events, shown, random):
            require_explained(judging.judge(facts, policy, *pair), events, shown.get(pair), pair, policy)


def test_what_is_read_of_the_log_for_one_post_says_what_all_of_it_says(past, histories, times, seed):
    reader, random = PastReader.of(past, moment(times[2])), Random(seed)
    some = random.sample(sorted(histories), 10)
    for base, events in known({base: histories[base] for base in some}, times[2]).items():
        shown = entries(events, reader.policy)
        for pair in pairs(base, events, shown, random)[::3]:
            found = explaining.explain(reader, *pair)
            require_explained(found.verdict, events, shown.get(pair), pair, reader.policy)
            assert found.position == (shown[pair][0] if pair in shown else None)
