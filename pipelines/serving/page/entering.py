"""Signing in and out: a browser is given a token and a user, and keeps them; and forms as they are read."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from pipelines.errors import UsageError
from pipelines.reading.reader import Reader
from pipelines.reading.users import UnknownUser, find_user
from pipelines.releases.release import NoRelease
from pipelines.serving.answers import user_of
from pipelines.serving.asking import Asked
from pipelines.serving.intake.reading import RefusedError
from pipelines.serving.page.showing import context_of, for_path, page
from pipelines.serving.page.signing import Visitor, is_from_elsewhere
from pipelines.serving.reading import Reading
from pipelines.serving.replies import fault

if TYPE_CHECKING:
    from pipelines.serving.safety import Safety

FIELDS = 20
router = APIRouter(include_in_schema=False)


@router.get("/page/sign-in")
async def sign_in(request: Request) -> Response:
    """Where a token and a user are given."""
    return page("sign_in.html", **context_of(request))


@router.post("/page/sign-in")
async def signed_in(request: Request) -> Response:
    """Keep them in the browser, once both are right."""
    form = await form_of(request)
    token, user = form.get("token", "").strip(), form.get("user", "").strip()
    safety: Safety = request.app.state.safety
    if not safety.knows(token):
        return for_path(request.url.path, fault(401, "this is no token of this server"))
    try:
        actor = None if not user else await _entered(request, user)
    except NoRelease:
        raise UsageError("user: nothing was released yet, so there is nobody: leave it empty, and register") from None
    nobody = "/page/" if request.app.state.intake is None else "/page/register"
    where = nobody if actor is None else f"/page/users/{actor}/newsfeed"
    return Visitor(token, actor).keep(RedirectResponse(where, 303))


@router.post("/page/sign-out")
async def sign_out(request: Request) -> Response:
    """Forget whom the browser is."""
    await form_of(request)
    return Visitor.forget(RedirectResponse("/page/", 303))


async def _entered(request: Request, user: str) -> int:
    """The id of who signs in; by the lake's files where no active user is called so, as stores have names of no others.

    Raises UnknownUser, NoRelease, UsageError.
    """
    reading: Reading = request.app.state.reading
    try:
        return await to_thread.run_sync(user_named, reading, user)
    except UnknownUser:
        if not user.startswith("@"):
            raise
    found = await Asked(request).of_files(lambda: find_user(Reader.of(reading.lake, reading.check()), user))
    return int(found)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form that was sent from here; lines end in a newline. Raises RefusedError, UsageError."""
    if is_from_elsewhere(request.headers):
        raise RefusedError(403, "the form was sent by a page of another site")
    try:
        fields = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:
        raise UsageError("expected the fields of a form") from None
    return {name: value.replace("\r\n", "\n") for name, value in fields}


def user_named(reading: Reading, user: str) -> int:
    """The id of a user. Raises UnknownUser, NoRelease, UsageError."""
    return int(reading.ask(lambda views: user_of(views, user)))
