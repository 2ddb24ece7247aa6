"""Because: what explains an entry, in words."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pipelines.characters import printable
from pipelines.cli import show
from pipelines.clock import moment
from pipelines.past.words import CAUSES, MISSING, REASONS

if TYPE_CHECKING:
    from pipelines.past.explaining import Explanation
    from pipelines.past.facts import Event
    from pipelines.past.judging import Cause, Reason

Known = Mapping[int, Mapping[str, Any]]
"""The names of users by id, as far as they are known."""


def named(found: "Explanation") -> set[int]:
    """The users whom an explanation names."""
    verdict = found.verdict
    causes = [*verdict.gone, *verdict.hidden, *(cause for one in verdict.missing for cause in one.lacks)]
    reasons = [one.user_id for one in (*verdict.reasons, *verdict.missing)]
    return {found.reader_id, *reasons, *(cause.user_id for cause in causes if cause.user_id is not None)}


def lines(found: "Explanation", told: str, known: Known) -> Iterator[str]:
    """An explanation line by line: whether the post is shown, and why; each reason, and what hides it, with events."""
    words = _Words(found, known)
    where = f"the newsfeed of {words.who(found.reader_id)}, {told}"
    if found.is_shown:
        yield f"post {found.post_id} is in {where}: entry {found.position:,} of at most {found.policy.cap:,}"
    else:
        yield f"post {found.post_id} is not in {where}: {words.why_not()}"
    for reason in found.verdict.reasons:
        yield from words.reason("because" if found.is_shown else "reason", REASONS, reason)
    for head, causes in (("gone as", found.verdict.gone), ("hidden as", found.verdict.hidden)):
        for cause in causes:
            yield from words.cause(head, cause) if cause.events else ()
    for reason in found.verdict.missing:
        yield from words.reason("but not as", MISSING, reason)
        for cause in reason.lacks:
            yield from words.cause("as", cause)
    policy = found.policy
    own = "own posts shown" if policy.own_posts else "own posts not shown"
    yield f"policy      cap {policy.cap:,}, {own}, replies: {policy.replies}"


class _Words:
    """How an explanation's parts are said, to the reader."""

    def __init__(self, found: "Explanation", known: Known) -> None:
        self._found, self._known = found, known

    def who(self, user_id: int | None) -> str:
        """A user by names and id."""
        if user_id is None:
            return "nobody"
        names = self._known.get(user_id)
        told = show.person(dict(names) if names is not None else None, user_id)
        return told if told == f"user {user_id}" else f"{told} ({user_id})"

    def why_not(self) -> str:
        """Why the post is not shown, in one sentence."""
        verdict = self._found.verdict
        if verdict.gone:
            return "; ".join(map(self._cited, verdict.gone))
        if verdict.hidden:
            return f"hidden: {'; '.join(map(self._cited, verdict.hidden))}"
        if self._found.position is not None:
            return f"it would be entry {self._found.position:,}; the newsfeed ends at {self._found.policy.cap:,}"
        first = verdict.missing[0]
        if len(verdict.missing) == 1 and first.lacks[0].what == "never followed":
            return f"you follow neither {self.who(first.user_id)} nor anyone who reposted it"
        return "; ".join(self._lacking(one) for one in verdict.missing)

    def _lacking(self, reason: "Reason") -> str:
        head = MISSING[reason.kind].format(who=self.who(reason.user_id))
        return f"{head}, but {' and '.join(map(self._cited, reason.lacks))}"

    def _cited(self, cause: "Cause") -> str:
        """A cause with the event that decides it."""
        said = self._said(cause)
        if not cause.events:
            return said
        last = cause.events[-1]
        return f"{said} on {show.when(moment(last.event_time))}, event {printable(last.event_id)}"

    def _said(self, cause: "Cause") -> str:
        if cause.what == "deactivated" and cause.user_id == self._found.reader_id:
            return "you are deactivated"
        return CAUSES[cause.what].format(who=self.who(cause.user_id))

    def reason(self, head: str, words: Mapping[str, str], reason: "Reason") -> Iterator[str]:
        """A reason, and the events behind it."""
        yield f"{head:<11} {words[reason.kind].format(who=self.who(reason.user_id))}"
        yield from self._events(reason.events)

    def cause(self, head: str, cause: "Cause") -> Iterator[str]:
        """What hides the post, or what a reason lacks, and the events that say so."""
        yield f"{head:<11} {self._said(cause)}"
        yield from self._events(cause.events)

    def _events(self, events: "tuple[Event, ...]") -> Iterator[str]:
        """Events, each with what it is a part of and what caused it, where it says so."""
        from pipelines.past.causes import chain_of

        for event in events:
            yield _event("", event)
            if event.correlation_id is not None:
                yield f"{'':<15} part of {printable(event.correlation_id)}"
            last = event
            for cause in chain_of(event, self._found.causes):
                yield _event("  caused by", cause)
                last = cause
            if last.causation_id is not None and last.causation_id not in self._found.causes:
                yield f"{'':<15} caused by {printable(last.causation_id)}, of which no more is told"


def _event(head: str, event: "Event") -> str:
    return f"{head:<13} {show.when(moment(event.event_time))}  {event.event_type:<14} {printable(event.event_id)}"
