"""The audit of newsfeeds: it passes what the merge makes, and tells every entry that ought not to be there."""

from dataclasses import replace
from random import Random

import pyarrow as pa
import pytest

from pipelines.checks import Findings, audit
from pipelines.merge.audit import NewsfeedAudit
from pipelines.merge.facts import facts_of
from pipelines.policy import Policy
from pipelines.views.newsfeed import NEWSFEED
from tests.merge.networks import Network, Post, drawn
from tests.merge.test_kernel import POLICIES, merged, pairs_in

STANDS, SHOWN, REASON = (
    "the post stands and is by that author",
    "neither author nor reposter is hidden from the reader",
    "its reason holds, by the policy and at that time",
)


def faults(network, rows, policy=Policy()):
    """What the audit says of entries: the offending keys by check."""
    checks = NewsfeedAudit(
        lambda _: facts_of(network.timelines()), pairs_in(0, 1, network.follows), pairs_in(0, 1, network.hides), policy
    ).checks()
    columns = zip(*rows, strict=True) if rows else [[]] * len(NEWSFEED.names)
    typed = [pa.array(column, pa.int64()).cast(f.type) for column, f in zip(columns, NEWSFEED.arrow, strict=True)]
    batch, findings = pa.RecordBatch.from_arrays(typed, schema=NEWSFEED.arrow), Findings()
    audit(checks, NEWSFEED.key, batch, batch, findings)
    return findings.samples


def test_it_passes_what_the_merge_makes_of_random_networks(seed):
    random = Random(f"{seed} audit")
    for _ in range(500):
        network, policy = drawn(random), random.choice(POLICIES)
        assert faults(network, merged(network, policy), policy) == {}, (network, policy)


def test_it_tells_of_entries_that_random_networks_no_longer_justify(seed):
    random = Random(f"{seed} broken")
    told = 0
    for _ in range(500):
        network = drawn(random)
        fewer = replace(network, follows=set(), posts=network.posts[1:], hides=network.hides | network.follows)
        kept = {post.post_id for post in fewer.posts}
        fewer = replace(fewer, reposts={pair: time for pair, time in network.reposts.items() if pair[1] in kept})
        gone = [row for row in merged(network) if row not in merged(fewer)]
        assert bool(faults(fewer, gone)) == bool(gone), (network, gone)
        told += len(gone)
    assert told > 1_000


NETWORK = Network(
    follows={(1, 11), (1, 12), (1, 13), (2, 13)},
    posts=[
        Post(101, 11, 50),
        Post(102, 14, 60),
        Post(103, 12, 70, is_reply=True, parent_author=15),
        Post(104, 1, 80),
        Post(106, 12, 90, is_reply=True, parent_author=11),
    ],
    reposts={(12, 102): 65, (13, 102): 75},
    hides={(1, 13), (2, 14)},
)


@pytest.mark.parametrize(
    ("entry", "policy", "fault"),
    [
        ((1, 1, 101, 11, None, 50), {}, None),
        ((1, 1, 102, 14, 12, 65), {}, None),
        ((1, 1, 103, 12, None, 70), {"replies": "all"}, None),
        ((1, 1, 104, 1, None, 80), {}, None),
        ((1, 1, 106, 12, None, 90), {}, None),
        ((1, 1, 105, 11, None, 50), {}, STANDS),
        ((1, 1, 101, 12, None, 50), {}, STANDS),
        ((1, 1, 102, 14, 13, 75), {}, SHOWN),
        ((2, 1, 102, 14, 13, 75), {}, SHOWN),
        ((1, 1, 101, 11, None, 51), {}, REASON),
        ((2, 1, 101, 11, None, 50), {}, REASON),
        ((1, 1, 102, 14, 12, 66), {}, REASON),
        ((1, 1, 102, 14, 11, 65), {}, REASON),
        ((3, 1, 102, 14, 12, 65), {}, REASON),
        ((1, 1, 103, 12, None, 70), {}, REASON),
        ((1, 1, 103, 12, None, 70), {"replies": "none"}, REASON),
        ((1, 1, 106, 12, None, 90), {"replies": "none"}, REASON),
        ((1, 1, 104, 1, None, 80), {"own_posts": False}, REASON),
    ],
)
def test_each_entry_needs_a_standing_post_that_is_shown_and_a_reason(entry, policy, fault):
    assert list(faults(NETWORK, [entry], Policy(**policy))) == ([] if fault is None else [fault])
