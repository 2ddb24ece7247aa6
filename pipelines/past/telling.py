"""Explanations as facts that are ready for JSON."""

from dataclasses import asdict
from typing import Any

from pipelines.clock import moment
from pipelines.past.explaining import Explanation
from pipelines.past.facts import Event
from pipelines.past.judging import Cause, Reason


def as_facts(found: Explanation) -> dict[str, Any]:
    """The explanation for programs; times as of the log, in UTC."""
    verdict, post = found.verdict, found.verdict.post
    return {
        "reader_id": found.reader_id,
        "post_id": found.post_id,
        "shown": found.is_shown,
        "position": found.position,
        "entered_at": None if found.entry is None else found.entry["entered_at"],
        "policy": found.policy.as_dict(),
        "post": None
        if post is None
        else {
            "author_id": post.author_id,
            "posted_at": moment(post.posted_at),
            "reply_to_post_id": post.reply_to_post_id,
            "events": _events((post.posted,)),
        },
        "reasons": [_reason(one) for one in verdict.reasons],
        "gone": [_cause(one) for one in verdict.gone],
        "hidden": [_cause(one) for one in verdict.hidden],
        "missing": [_reason(one) for one in verdict.missing],
        "causes": _events(tuple(found.causes.values())),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "user_id": reason.user_id,
        "at": moment(reason.time),
        "events": _events(reason.events),
        "lacks": [_cause(one) for one in reason.lacks],
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {**asdict(cause), "events": _events(cause.events)}


def _events(events: tuple[Event, ...]) -> list[dict[str, Any]]:
    return [_event(event) for event in events]


def _event(event: Event) -> dict[str, Any]:
    """An event; what it does not say of its cause and of what it is a part of is left out."""
    told = {name: value for name, value in event._asdict().items() if value is not None}
    return told | {"event_time": moment(event.event_time)}
