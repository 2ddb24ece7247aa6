"""The pages by which a user acts: forms, and what became of what was sent."""

import json
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from pipelines.serving.events import Answers
from pipelines.serving.intake.intake import Intake
from pipelines.serving.intake.reading import RefusedError
from pipelines.serving.page.acting import event_of, shown_at, target_of
from pipelines.serving.page.entering import form_of, user_named
from pipelines.serving.page.showing import context_of, page
from pipelines.serving.page.signing import Visitor
from pipelines.serving.parameters import LAST_ID, choice, number

if TYPE_CHECKING:
    from pipelines.serving.covering import Covering, NotCovered
    from pipelines.serving.reading import Reading

TARGET = number("target", 1, LAST_ID, "What an event is about.", default=1)
DONE = {
    "posted": "Your post",
    "liked": "Your like",
    "unliked": "That you like it no more",
    "reposted": "Your repost",
    "repost_undone": "That you took the repost back",
    "followed": "That you follow",
    "unfollowed": "That you follow no more",
    "muted": "That you muted",
    "unmuted": "That you mute no more",
    "blocked": "That you blocked",
    "unblocked": "That you block no more",
    "registered": "Your registration",
}
ACTION = choice("action", tuple(DONE), "What was done.")


def routes(intake: Intake) -> APIRouter:
    """The pages of a server that takes events."""
    router, answers = APIRouter(include_in_schema=False), Answers()

    @router.get("/page/register")
    async def register(request: Request) -> Response:
        """Where a new user gives names."""
        return page("register.html", **context_of(request))

    @router.post("/page/events")
    async def act(request: Request) -> Response:
        """Take the event of a form, and lead to what becomes of it."""
        form, visitor = await form_of(request), Visitor.of(request.cookies)
        if not visitor.is_sealed(form.get("seal", "")):
            raise RefusedError(403, "the form is too old, or of another page: go back, load the page, and try again")
        reading: Reading = request.app.state.reading
        event = await to_thread.run_sync(event_of, form, visitor.actor, partial(user_named, reading))
        outcome = await answers.of(partial(intake.take, json.dumps(event).encode(), None))
        kind, target = str(event["event_type"]), target_of(event)
        query = urlencode({"action": kind, "target": target})
        answer = RedirectResponse(f"/page/events/{outcome.events[0].event_id}?{query}", 303)
        return Visitor(visitor.token, target).keep(answer) if kind == "registered" else answer

    @router.get("/page/events/{event_id}")
    async def taken(request: Request, event_id: str) -> Response:
        """How far an event came: taken, landed, released, seen."""
        action, target = ACTION.of(request), TARGET.of(request)
        covering: Covering = request.app.state.covering
        lacks: NotCovered | None = await to_thread.run_sync(covering.lacks, event_id)
        facts = {"event_id": event_id, "done": DONE[action], "lacks": lacks, "shown_at": shown_at(action, target)}
        return page("event.html", **context_of(request), **facts)

    return router
