"""The routes that answer out of a release."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from pipelines.serving import answers
from pipelines.serving.answers import user_of
from pipelines.serving.asking import Asked
from pipelines.serving.direct import Direct
from pipelines.serving.parameters import (
    AFTER,
    CURSOR,
    IDS,
    LIMIT,
    PAGE,
    POST_ID,
    PREFIX,
    READ,
    TEXT,
    USER,
    WAIT,
    described,
)
from pipelines.stores.base import Snapshot

router = APIRouter(tags=["reading"], route_class=Direct)
OF_USER = described(USER, *PAGE, *READ)
Page = Callable[[Snapshot, int, int, str | None], dict[str, Any]]


async def _paged(request: Request, page: Page) -> Response:
    """A page of a view of the user whom a path names."""
    user, limit, cursor = USER.of(request), LIMIT.of(request), CURSOR.of(request)
    return await Asked(request).answer(lambda views: page(views, user_of(views, user), limit, cursor))


@router.get("/users/{user}", openapi_extra=described(USER, *READ))
async def profile(request: Request) -> Response:
    """A user's profile, with counts."""
    user = USER.of(request)
    return await Asked(request).answer(lambda views: answers.profile(views, user_of(views, user)))


@router.get("/users/{user}/newsfeed", openapi_extra=OF_USER)
async def newsfeed(request: Request) -> Response:
    """What a user sees, newest first, with names and texts."""
    return await _paged(request, answers.newsfeed)


@router.get("/users/{user}/timeline", openapi_extra=OF_USER)
async def timeline(request: Request) -> Response:
    """What a user posted, replied and reposted, newest first, with names and texts."""
    return await _paged(request, answers.timeline)


@router.get("/users/{user}/notifications", openapi_extra=OF_USER)
async def notifications(request: Request) -> Response:
    """What others did that concerns a user, newest first, with names and texts."""
    return await _paged(request, answers.notifications)


@router.get("/users/{user}/followers", openapi_extra=OF_USER)
async def followers(request: Request) -> Response:
    """Who follows a user, by id, with names."""
    return await _paged(request, answers.followers)


@router.get("/users/{user}/followees", openapi_extra=OF_USER)
async def followees(request: Request) -> Response:
    """Whom a user follows, by id, with names."""
    return await _paged(request, answers.followees)


@router.get("/posts/{post_id}", openapi_extra=described(POST_ID, *READ))
async def post(request: Request) -> Response:
    """A post with its author, its counts, and the post that it answers."""
    post_id = POST_ID.of(request)
    return await Asked(request).answer(lambda views: answers.post(views, post_id))


@router.get("/people", openapi_extra=described(PREFIX, LIMIT, *READ))
async def people(request: Request) -> Response:
    """Active users of whom the username, first or last name begins so, by that name."""
    prefix, limit = PREFIX.of(request), LIMIT.of(request)
    return await Asked(request).answer(lambda views: answers.found(views, prefix, limit))


@router.get("/search", openapi_extra=described(TEXT, LIMIT, IDS, AFTER, WAIT))
async def search(request: Request) -> Response:
    """People and posts that a text finds, the best first, where the server was given an index."""
    text, limit = TEXT.of(request), LIMIT.of(request)
    return await Asked(request).answer(lambda views: answers.searched(views, text, limit), is_quick=False)
