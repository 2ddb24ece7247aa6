"""The routes that answer out of the lake's own files: its releases, its state, and why a post is where it is."""

from fastapi import APIRouter, Request, Response

from pipelines.serving import account
from pipelines.serving.asking import Asked
from pipelines.serving.direct import Direct
from pipelines.serving.parameters import IDS, POST_ID, RELEASE, USER, described

router = APIRouter(tags=["reading"], route_class=Direct)


@router.get("/releases", openapi_extra=described(IDS))
async def releases(request: Request) -> Response:
    """All releases that are kept, the first one first."""
    asked = Asked(request)
    return await asked.answer_of_files(lambda: account.releases(asked.reading.lake))


@router.get("/status", openapi_extra=described(IDS))
async def status(request: Request) -> Response:
    """What landed, what is in quarantine, which release serves, and what waits for the next one."""
    asked = Asked(request)
    return await asked.answer_of_files(lambda: account.status(asked.reading.lake))


@router.get("/users/{user}/newsfeed/{post_id}", openapi_extra=described(USER, POST_ID, RELEASE, IDS))
async def explanation(request: Request) -> Response:
    """Why a post is in a user's newsfeed, or is not, with the events that decide."""
    asked, user, post_id = Asked(request), USER.of(request), POST_ID.of(request)
    return await asked.answer_of_files(lambda: account.explained(asked.reading, user, post_id, asked.release))
