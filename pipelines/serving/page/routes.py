"""The pages of people and posts."""

from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from pipelines.serving import answers
from pipelines.serving.answers import Facts, Paged, user_of
from pipelines.serving.page.showing import shown
from pipelines.serving.page.signing import Visitor
from pipelines.serving.parameters import CURSOR, LIMIT, POST_ID, PREFIX, TEXT, USER
from pipelines.stores.base import Snapshot

router = APIRouter(include_in_schema=False)
STYLE = (Path(__file__).parent / "style.css").read_bytes()


@router.get("/")
async def root() -> Response:
    """Where pages begin."""
    return RedirectResponse("/page/", 303)


@router.get("/page/style.css")
async def style() -> Response:
    """What all pages look like."""
    return Response(STYLE, headers={"Cache-Control": "no-cache"}, media_type="text/css; charset=utf-8")


@router.get("/page/")
async def home(request: Request) -> Response:
    """People by what their names begin with; people and posts by words, too, where there is an index to search."""
    given, limit = request.query_params, LIMIT.of(request)
    prefix, text = (one.of(request) if given.get(one.name) else None for one in (PREFIX, TEXT))
    searches = request.app.state.reading.search is not None

    def question(views: Snapshot) -> Facts:
        nobody: Facts = {"people": [], "posts": []}
        if text:
            return answers.searched(views, text, limit)
        return nobody | (answers.found(views, prefix, limit) if prefix else {})

    return await shown(request, "home.html", question, is_quick=not text, prefix=prefix, text=text, searches=searches)


async def _of_user(request: Request, template: str, paged: Paged) -> Response:
    """A page of a view of the user whom a path names, under that user's profile."""
    user, limit, cursor = USER.of(request), LIMIT.of(request), CURSOR.of(request)
    actor = Visitor.of(request.cookies).actor

    def question(views: Snapshot) -> Facts:
        user_id = user_of(views, user)
        found = paged(views, user_id, limit, cursor)
        return answers.profile(views, user_id) | found | {"is_followed": answers.follows(views, actor, user_id)}

    return await shown(request, template, question, cursor=cursor)


@router.get("/page/users/{user}")
async def user(request: Request) -> Response:
    """A profile, and what the user posted, replied and reposted."""
    return await _of_user(request, "user.html", answers.counted(answers.timeline, "posts"))


@router.get("/page/users/{user}/newsfeed")
async def newsfeed(request: Request) -> Response:
    """What a user sees, newest first."""
    return await _of_user(request, "newsfeed.html", answers.counted(answers.newsfeed, "entries"))


@router.get("/page/users/{user}/notifications")
async def notifications(request: Request) -> Response:
    """What others did that concerns a user."""
    return await _of_user(request, "notifications.html", answers.notifications)


@router.get("/page/users/{user}/followers")
async def followers(request: Request) -> Response:
    """Who follows a user."""
    return await _of_user(request, "follows.html", answers.followers)


@router.get("/page/users/{user}/followees")
async def followees(request: Request) -> Response:
    """Whom a user follows."""
    return await _of_user(request, "follows.html", answers.followees)


@router.get("/page/posts/{post_id}")
async def post(request: Request) -> Response:
    """A post, and the one that it answers."""
    post_id = POST_ID.of(request)
    return await shown(request, "post.html", lambda views: answers.post(views, post_id))
