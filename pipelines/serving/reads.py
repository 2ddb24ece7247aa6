"""The routes that answer out of a release."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response

from pipelines.serving import answers
from pipelines.serving.replies import etag_of, shaped, told, unchanged
from pipelines.stores.base import Snapshot

if TYPE_CHECKING:
    from pipelines.serving.reading import Reading

router = APIRouter()
MOST, LAST = 200, 2**31 - 1

User = Annotated[str, Path(description="A user's id, or @username of an active user, in upper or lower case.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many rows.")]
Cursor = Annotated[str | None, Query(description="Where to go on: `next` of the page before.")]
ReleaseNumber = Annotated[int | None, Query(ge=1, le=LAST, description="A release by number, the last by default.")]
Ids = Annotated[Literal["numbers", "strings"], Query(description="How ids are written; some are above 2^53.")]
Question = Callable[[Snapshot], dict[str, Any]]


async def answered(request: Request, question: Question, release: int | None, ids: str) -> Response:
    """The answer to a question to a release, or that it is unchanged."""
    reading: Reading = request.app.state.reading

    def ask(views: Snapshot) -> Response:
        stored = views.stored
        etag = etag_of(stored, "s" if ids == "strings" else "")
        same = unchanged(request, etag)
        if same is not None:
            return same
        facts = {"release": stored.release} | question(views)
        return told(request, shaped(facts, ids_as_strings=ids == "strings"), etag=etag)

    if reading.is_quick and release is None:
        answer: Response = reading.ask(ask)
        return answer
    return await to_thread.run_sync(reading.ask, ask, release)


@router.get("/users/{user}/newsfeed")
async def newsfeed(
    request: Request,
    user: User,
    limit: Limit = 20,
    cursor: Cursor = None,
    release: ReleaseNumber = None,
    ids: Ids = "numbers",
) -> Response:
    """A user's newsfeed, newest first, with names and texts."""
    return await answered(
        request, lambda views: answers.newsfeed(views, answers.user_of(views, user), limit, cursor), release, ids
    )
