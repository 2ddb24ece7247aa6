"""The pages of what the lake's own files say: why an entry is seen, and which releases there are."""

from fastapi import APIRouter, Request, Response

from pipelines.serving import account
from pipelines.serving.asking import Asked
from pipelines.serving.page.showing import context_of, page
from pipelines.serving.parameters import POST_ID, USER

router = APIRouter(include_in_schema=False)


@router.get("/page/users/{user}/newsfeed/{post_id}")
async def why(request: Request) -> Response:
    """Why a post is in a newsfeed, or is not."""
    asked, user, post_id = Asked(request), USER.of(request), POST_ID.of(request)
    facts = await asked.of_files(lambda: account.explained_with_names(asked.reading, user, post_id, asked.release))
    return page("why.html", **context_of(request), **facts)
