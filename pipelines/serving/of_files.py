"""The routes that answer out of the lake's own files: its releases, its state, and why a post is where it is."""

from fastapi import APIRouter, Response

from pipelines.serving import account
from pipelines.serving.asking import AskedNow, PostId, User

router = APIRouter(tags=["reading"])


@router.get("/releases")
async def releases(asked: AskedNow) -> Response:
    """All releases that are kept, the first one first."""
    return await asked.answer_of_files(lambda: account.releases(asked.reading.lake))


@router.get("/status")
async def status(asked: AskedNow) -> Response:
    """What landed, what is in quarantine, which release serves, and what waits for the next one."""
    return await asked.answer_of_files(lambda: account.status(asked.reading.lake))


@router.get("/users/{user}/newsfeed/{post_id}")
async def explanation(asked: AskedNow, user: User, post_id: PostId) -> Response:
    """Why a post is in a user's newsfeed, or is not, with the events that decide."""
    return await asked.answer_of_files(lambda: account.explained(asked.reading, user, post_id, asked.release))
