"""The pages by which a user acts: signing in, forms, and what became of what was sent."""

import json
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from pipelines.errors import UsageError
from pipelines.releases.release import NoRelease
from pipelines.serving.answers import user_of
from pipelines.serving.events import Answers
from pipelines.serving.intake.intake import Intake
from pipelines.serving.intake.reading import RefusedError
from pipelines.serving.page.acting import event_of, shown_at, target_of
from pipelines.serving.page.showing import context_of, for_path, page
from pipelines.serving.page.signing import Visitor, is_from_elsewhere
from pipelines.serving.parameters import LAST_ID, choice, number
from pipelines.serving.reading import Reading
from pipelines.serving.replies import fault

if TYPE_CHECKING:
    from pipelines.serving.covering import Covering, NotCovered
    from pipelines.serving.safety import Safety

FIELDS = 20
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

    @router.get("/page/sign-in")
    async def sign_in(request: Request) -> Response:
        """Where a token and a user are given."""
        return page("sign_in.html", **context_of(request))

    @router.post("/page/sign-in")
    async def signed_in(request: Request) -> Response:
        """Keep them in the browser, once both are right."""
        form = await _form(request)
        token, user = form.get("token", "").strip(), form.get("user", "").strip()
        safety: Safety = request.app.state.safety
        if not safety.knows(token):
            return for_path(request.url.path, fault(401, "this is no token of this server"))
        try:
            actor = None if not user else await to_thread.run_sync(_user, request.app.state.reading, user)
        except NoRelease:
            raise UsageError(
                "user: nothing was released yet, so there is nobody: leave it empty, and register"
            ) from None
        where = "/page/register" if actor is None else f"/page/users/{actor}/newsfeed"
        return Visitor(token, actor).keep(RedirectResponse(where, 303))

    @router.get("/page/register")
    async def register(request: Request) -> Response:
        """Where a new user gives names."""
        return page("register.html", **context_of(request))

    @router.post("/page/sign-out")
    async def sign_out(request: Request) -> Response:
        """Forget whom the browser is."""
        await _form(request)
        return Visitor.forget(RedirectResponse("/page/", 303))

    @router.post("/page/events")
    async def act(request: Request) -> Response:
        """Take the event of a form, and lead to what becomes of it."""
        form, visitor = await _form(request), Visitor.of(request.cookies)
        if not visitor.is_sealed(form.get("seal", "")):
            raise RefusedError(403, "the form is too old, or of another page: go back, load the page, and try again")
        reading: Reading = request.app.state.reading
        event = await to_thread.run_sync(event_of, form, visitor.actor, partial(_user, reading))
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


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form that was sent from here. Raises RefusedError, UsageError."""
    if is_from_elsewhere(request.headers):
        raise RefusedError(403, "the form was sent by a page of another site")
    try:
        return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=FIELDS))
    except ValueError:
        raise UsageError("expected the fields of a form") from None


def _user(reading: Reading, user: str) -> int:
    """The id of a user. Raises UnknownUser, NoRelease, UsageError."""
    return int(reading.ask(lambda views: user_of(views, user)))
