"""The routes that answer out of a release."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from pipelines.serving import answers
from pipelines.serving.answers import user_of
from pipelines.serving.asking import AskedNow, Cursor, Limit, PostId, User

router = APIRouter(tags=["reading"])


@router.get("/users/{user}")
async def profile(asked: AskedNow, user: User) -> Response:
    """A user's profile, with counts."""
    return await asked.answer(lambda views: answers.profile(views, user_of(views, user)))


@router.get("/users/{user}/newsfeed")
async def newsfeed(asked: AskedNow, user: User, limit: Limit = 20, cursor: Cursor = None) -> Response:
    """What a user sees, newest first, with names and texts."""
    return await asked.answer(lambda views: answers.newsfeed(views, user_of(views, user), limit, cursor))


@router.get("/users/{user}/timeline")
async def timeline(asked: AskedNow, user: User, limit: Limit = 20, cursor: Cursor = None) -> Response:
    """What a user posted, replied and reposted, newest first, with names and texts."""
    return await asked.answer(lambda views: answers.timeline(views, user_of(views, user), limit, cursor))


@router.get("/users/{user}/notifications")
async def notifications(asked: AskedNow, user: User, limit: Limit = 20, cursor: Cursor = None) -> Response:
    """What others did that concerns a user, newest first, with names and texts."""
    return await asked.answer(lambda views: answers.notifications(views, user_of(views, user), limit, cursor))


@router.get("/users/{user}/followers")
async def followers(asked: AskedNow, user: User, limit: Limit = 20, cursor: Cursor = None) -> Response:
    """Who follows a user, by id, with names."""
    return await asked.answer(lambda views: answers.followers(views, user_of(views, user), limit, cursor))


@router.get("/users/{user}/followees")
async def followees(asked: AskedNow, user: User, limit: Limit = 20, cursor: Cursor = None) -> Response:
    """Whom a user follows, by id, with names."""
    return await asked.answer(lambda views: answers.followees(views, user_of(views, user), limit, cursor))


@router.get("/posts/{post_id}")
async def post(asked: AskedNow, post_id: PostId) -> Response:
    """A post with its author, its counts, and the post that it answers."""
    return await asked.answer(lambda views: answers.post(views, post_id))


@router.get("/people")
async def people(
    asked: AskedNow,
    prefix: Annotated[str, Query(max_length=200, description="What a name begins with; @… looks at usernames only.")],
    limit: Limit = 20,
) -> Response:
    """Active users of whom the username, first or last name begins so, by that name."""
    return await asked.answer(lambda views: answers.found(views, prefix, limit))
