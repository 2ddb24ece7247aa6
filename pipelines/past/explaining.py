"""Explaining: why a post is in a newsfeed, or is not, and where it stands; what events say and what is made agree."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow.compute as pc

from pipelines.errors import NewsfeedError
from pipelines.past import reader
from pipelines.past.bearing import ACTIVITY, ACTOR, ON_POSTS, POSTED, REPOSTS, of_newsfeeds
from pipelines.past.causes import causes
from pipelines.past.facts import TARGETS, TOLD, Event, Facts
from pipelines.past.judging import Verdict, events_of, judge
from pipelines.past.making import make
from pipelines.past.reader import PastReader
from pipelines.past.selection import Naming, Selection
from pipelines.policy import Policy
from pipelines.storage.keyed import dicts

ENDLESS = 2**31 - 1
"""The cap of a newsfeed that ends nowhere."""


class Disagreement(NewsfeedError):
    """What events say of a post and the newsfeed that is made of them differ."""


@dataclass(frozen=True)
class Explanation:
    """Why a reader sees a post or does not: the verdict, and the row that an endless newsfeed has of it, if any.

    And what caused the events that it names, by id, where these say so.
    """

    reader_id: int
    post_id: int
    verdict: Verdict
    entry: dict[str, Any] | None
    policy: Policy
    causes: dict[str, Event] = field(default_factory=dict)

    @property
    def position(self) -> int | None:
        """Where it stands, or would if the newsfeed did not end before."""
        return None if self.entry is None else int(self.entry["position"])

    @property
    def is_shown(self) -> bool:
        """Whether it is in the newsfeed."""
        return self.position is not None and self.position <= self.policy.cap


def explain(views: PastReader, reader_id: int, post_id: int) -> Explanation:
    """Why a reader sees a post, or does not. Raises Disagreement."""
    events = _events(views, reader_id, post_id)
    rows = make("newsfeed", events, replace(views.policy, cap=ENDLESS))
    mine = rows.filter(pc.and_(pc.equal(rows["reader_id"], reader_id), pc.equal(rows["post_id"], post_id)))
    verdict, entry = judge(Facts(events), views.policy, reader_id, post_id), next(iter(dicts(mine)), None)
    if verdict.shows != (entry is not None):
        raise Disagreement(f"post {post_id} in the newsfeed of {reader_id}: what events say and what is made differ")
    return Explanation(reader_id, post_id, verdict, entry, views.policy, causes(views.log, events_of(verdict)))


def agreed(found: Explanation, served: Iterable[dict[str, Any]], told: str) -> Explanation:
    """The explanation, where the reader's rows of the newsfeed that is served have it so. Raises Disagreement."""
    row = next((row for row in served if row["post_id"] == found.post_id), None)
    if row != (found.entry if found.is_shown else None):
        raise Disagreement(
            f"post {found.post_id} in the newsfeed of {found.reader_id}: {told} has it otherwise than its events say: "
            "`newsfeed verify` compares all of it"
        )
    return found


def _events(views: PastReader, reader_id: int, post_id: int) -> dict[str, Any]:
    """The events that bear on the reader's newsfeed, and those that bear on the post."""
    events, readers, post = Selection(views.pieces), np.array([reader_id]), np.array([post_id])
    of_newsfeeds(events, readers)
    events.add(Naming((*ON_POSTS, *REPOSTS), "post_id", post))
    events.add(Naming(POSTED, "post_id", events.ids(POSTED, "reply_to_post_id")))
    events.add(Naming(ACTIVITY, ACTOR, np.union1d(readers, events.ids((*POSTED, *REPOSTS), ACTOR))))
    return events.events(asked)


def asked(event_type: str) -> list[str]:
    """What is read of events of a type: what newsfeeds are made of, and what tells the events apart."""
    target = TARGETS.get(event_type)
    told = [*TOLD, *([target] if target else [])] if event_type in TARGETS else []
    return list(dict.fromkeys([*told, *reader.asked("newsfeed", event_type)]))
