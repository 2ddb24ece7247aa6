"""`newsfeed explain`: why a post is in a newsfeed, or is not."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli import because, options, past, show
from pipelines.clock import moment

if TYPE_CHECKING:
    from pipelines.past.explaining import Explanation
    from pipelines.past.facts import Event
    from pipelines.past.judging import Cause, Reason

MOST = 2**63 - 1


def explain(
    user: options.User,
    post: Annotated[int, typer.Argument(min=1, max=MOST, help="A post's id.")],
    root: options.Root = options.ROOT,
    release: options.ReleaseNumber = None,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    json: options.AsJson = False,
    ids_as_strings: options.IdsAsStrings = False,
) -> None:
    """Say why a post is in a user's newsfeed, or is not, with the events that decide.

    Example: newsfeed explain @Jan24189 1236950581249
    """
    from pipelines.reading.reader import people
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    views = past.views_of(lake, release, as_of, known_at)
    found = past.explained(views, past.user_of(views, lake, user), post)
    if json:
        show.as_json({"of": views.told, **as_facts(found)}, ids_as_strings=ids_as_strings)
        return
    known = people(views, because.named(found))
    print("\n".join(because.lines(found, views.told, known)))


def as_facts(found: "Explanation") -> dict[str, Any]:
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
    }


def _reason(reason: "Reason") -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "user_id": reason.user_id,
        "at": moment(reason.time),
        "events": _events(reason.events),
        "lacks": [_cause(one) for one in reason.lacks],
    }


def _cause(cause: "Cause") -> dict[str, Any]:
    return {**asdict(cause), "events": _events(cause.events)}


def _events(events: "tuple[Event, ...]") -> list[dict[str, Any]]:
    return [{**event._asdict(), "event_time": moment(event.event_time)} for event in events]
