"""Judging: whether a newsfeed shows a post, were it endless, and why, down to the events that decide."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from pipelines.past.facts import Event, Facts, Post, Said
from pipelines.policy import Policy


@dataclass(frozen=True)
class Cause:
    """One thing that hides a post, or that a reason lacks; whom it concerns, and the events that say so."""

    what: str
    user_id: int | None = None
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Reason:
    """What may bring a post into a newsfeed at a time: that it is the reader's own, or a followee's, or was reposted.

    It stands unless it lacks something. `user_id` is the author, or who reposted it.
    """

    kind: str
    user_id: int
    time: int
    events: tuple[Event, ...]
    lacks: tuple[Cause, ...] = ()

    @property
    def order(self) -> tuple[int, int]:
        """The least of a newsfeed's reasons decides: the earliest, at equal times without reposter, then by id."""
        return self.time, self.user_id if self.kind == "reposted" else 0


@dataclass(frozen=True)
class Verdict:
    """Whether a post has a reason and nothing hides it, and why: the reasons that stand, the deciding one first.

    `gone` says why the post itself, or its reader, shows nothing; `hidden` what hides it; `missing` the reasons that
    lack something.
    """

    post: Post | None
    gone: tuple[Cause, ...]
    hidden: tuple[Cause, ...]
    reasons: tuple[Reason, ...]
    missing: tuple[Reason, ...]

    @property
    def shows(self) -> bool:
        """Whether the post is in the newsfeed, were this endless."""
        return bool(self.reasons) and not self.gone and not self.hidden


def events_of(verdict: Verdict) -> list[Event]:
    """The events that a verdict names."""
    lacking = (cause for one in verdict.missing for cause in one.lacks)
    parts: list[Cause | Reason] = [*verdict.gone, *verdict.hidden, *verdict.reasons, *verdict.missing, *lacking]
    posted = () if verdict.post is None else (verdict.post.posted,)
    return list(dict.fromkeys(chain(posted, *(part.events for part in parts))))


def judge(facts: Facts, policy: Policy, reader: int, post_id: int) -> Verdict:
    """Why a reader sees a post, or does not."""
    post = facts.post(post_id)
    if post is None:
        return Verdict(None, (Cause("never posted"),), (), (), ())
    rules = _Rules(facts, policy, reader, post)
    reasons = sorted(rules.reasons(), key=lambda reason: reason.order)
    standing = tuple(reason for reason in reasons if not reason.lacks)
    missing = tuple(reason for reason in reasons if reason.lacks)
    return Verdict(post, tuple(rules.gone()), tuple(rules.hides(post.author_id)), standing, missing)


@dataclass(frozen=True)
class _Rules:
    """The rules of a newsfeed, for one reader and one post."""

    facts: Facts
    policy: Policy
    reader: int
    post: Post

    def gone(self) -> Iterator[Cause]:
        """Why the post does not stand."""
        if self.post.deletions:
            yield Cause("deleted", self.post.author_id, self.post.deletions)
        yield from self._inactive(self.post.author_id)

    def hides(self, other: int) -> Iterator[Cause]:
        """What hides another user from the reader."""
        said = {
            "you blocked": self.facts.block(self.reader, other),
            "blocked you": self.facts.block(other, self.reader),
            "you muted": self.facts.mute(self.reader, other),
        }
        yield from (Cause(what, other, one.events) for what, one in said.items() if one.holds)

    def reasons(self) -> Iterator[Reason]:
        """All that may bring the post into the newsfeed, whether it stands or not."""
        post = self.post
        if post.author_id == self.reader:
            off = () if self.policy.own_posts else (Cause("own posts are not shown"),)
            yield Reason("own", self.reader, post.posted_at, (post.posted,), off)
        else:
            follow, parent = self.facts.follow(self.reader, post.author_id), self._answered()
            lacks = (*self._not_followed(post.author_id, follow), *self._not_answered(parent))
            events = (*follow.events, *(parent[1].events if parent else ()), post.posted)
            yield Reason("followed", post.author_id, post.posted_at, events, lacks)
        for reposter in self.facts.reposters(post.post_id):
            follow = self.facts.follow(self.reader, reposter)
            if follow.events:
                yield self._reposted(reposter, follow)

    def _reposted(self, reposter: int, follow: Said) -> Reason:
        said = self.facts.repost(reposter, self.post.post_id)
        undone = () if said.holds else (Cause("undone", reposter, said.events),)
        lacks = (*undone, *self._not_followed(reposter, follow), *self.hides(reposter))
        return Reason("reposted", reposter, said.time, (*follow.events, *said.events), lacks)

    def _not_followed(self, other: int, follow: Said) -> Iterator[Cause]:
        """Why a follow of the reader's does not stand."""
        if not follow.holds:
            yield Cause("unfollowed" if follow.events else "never followed", other, follow.events)
        else:
            yield from self._inactive(other)
            yield from self._inactive(self.reader)

    def _inactive(self, user: int) -> Iterator[Cause]:
        said = self.facts.deactivation(user)
        if said.holds:
            yield Cause("deactivated", user, said.events)

    def _answered(self) -> tuple[int | None, Said] | None:
        """Of a reply of which the policy asks that, whom it answers, and whether the reader follows that user."""
        if self.post.reply_to_post_id is None or self.policy.replies != "followed":
            return None
        parent = self.facts.post(self.post.reply_to_post_id)
        if parent is None:
            return None, Said(holds=False)
        if parent.author_id in (self.reader, self.post.author_id):
            return parent.author_id, Said(holds=True)
        return parent.author_id, self.facts.follow(self.reader, parent.author_id)

    def _not_answered(self, parent: tuple[int | None, Said] | None) -> Iterator[Cause]:
        """Why the reply is not shown to who follows its author."""
        if self.post.reply_to_post_id is not None and self.policy.replies == "none":
            yield Cause("replies are not shown")
        if parent is None:
            return
        user, follow = parent
        if user is None:
            yield Cause("answers a post never seen")
        elif user not in (self.reader, self.post.author_id):
            yield from (
                Cause("answers one whom you do not follow", user, one.events)
                for one in self._not_followed(user, follow)
            )
