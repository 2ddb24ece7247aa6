"""The pages of what the lake's own files say: why an entry is seen, and which releases there are."""

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from pipelines.serving import account
from pipelines.serving.asking import Asked
from pipelines.serving.page.plots import bars
from pipelines.serving.page.showing import context_of, page
from pipelines.serving.parameters import LAST, LIMIT, POST_ID, USER, Parameter, number, whole

router = APIRouter(include_in_schema=False)
NUMBER = Parameter("number", whole(1, LAST), "a release's number", "A release.", {}, in_path=True, required=True)
SINCE = number("since", 1, LAST, "The release with which it is compared; the one before by default.")
TO = number("to", 1, LAST, "The release that is compared.", required=True)


@router.get("/page/users/{user}/newsfeed/{post_id}")
async def why(request: Request) -> Response:
    """Why a post is in a newsfeed, or is not."""
    asked, user, post_id = Asked(request), USER.of(request), POST_ID.of(request)
    facts = await asked.of_files(lambda: account.explained_with_names(asked.reading, user, post_id, asked.release))
    return page("why.html", **context_of(request), **facts)


@router.get("/page/releases")
async def releases(request: Request) -> Response:
    """All releases, how fresh the last one is, and what the steps of its run took."""
    asked = Asked(request)
    facts = await asked.of_files(lambda: account.account(asked.reading.lake))
    return page("releases.html", **context_of(request), **facts, bars=bars(facts["cost"]))


@router.get("/page/releases/{number}")
async def release(request: Request) -> Response:
    """A release, what changed since the one before, or since another, and what the steps of its run took."""
    asked, to, since = Asked(request), NUMBER.of(request), SINCE.of(request)
    facts = await asked.of_files(lambda: account.changed(asked.reading.lake, to, since))
    return page("release.html", **context_of(request), **facts, bars=bars(facts["cost"]))


@router.get("/page/changes")
async def changes(request: Request) -> Response:
    """Where what changed between two releases is shown, which a form names."""
    to, since = TO.of(request), SINCE.of(request)
    return RedirectResponse(f"/page/releases/{to}" + ("" if since is None else f"?since={since}"), 303)


@router.get("/page/quarantine")
async def quarantine(request: Request) -> Response:
    """Lines that did not fit, and why."""
    asked, limit = Asked(request), LIMIT.of(request)
    facts = await asked.of_files(lambda: account.quarantine(asked.reading.lake, limit))
    return page("quarantine.html", **context_of(request), **facts)
