"""The server as an application: its routes, and what all answers have."""

from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from pipelines import __version__
from pipelines.errors import NewsfeedError
from pipelines.serving import described, events, health, of_files, reads
from pipelines.serving.covering import Covering, in_log
from pipelines.serving.guard import Guard
from pipelines.serving.intake.intake import Intake, UnavailableError
from pipelines.serving.intake.reading import RefusedError
from pipelines.serving.keeping import Keeper
from pipelines.serving.measuring import Measured
from pipelines.serving.page import entering, forms
from pipelines.serving.page import of_lake as pages_of_lake
from pipelines.serving.page import routes as pages
from pipelines.serving.page.showing import for_path
from pipelines.serving.reading import Reading
from pipelines.serving.replies import fault, fault_of
from pipelines.serving.safety import Safety

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TITLE = "Newsfeed"


def create_app(
    reading: Reading,
    safety: Safety | None = None,
    intake: Intake | None = None,
    *,
    keeps: bool = False,
    is_ending: Callable[[], bool] = lambda: False,
) -> FastAPI:
    """The application that answers by a reading whom it may, and takes events where there is an intake.

    It keeps its stores at the last release where that is asked for, and lets nobody wait once it is ending.
    """

    @asynccontextmanager
    async def living(_: FastAPI) -> "AsyncIterator[None]":
        keeper = Keeper(reading.lake, reading.given, reading.heed) if keeps and reading.given else None
        yield
        if keeper is not None:
            await to_thread.run_sync(keeper.close)
        reading.close()

    measured = Measured()
    app = FastAPI(
        title=TITLE,
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=living,
    )
    app.state.reading, app.state.intake, app.state.measured = reading, intake, measured
    app.state.limiters, app.state.safety = {}, safety or Safety()
    where = in_log(reading.lake) if intake is None else intake.covered
    app.state.covering = Covering(reading, where, is_ending)
    app.add_middleware(Guard, safety=app.state.safety, measured=measured)
    for one in _routers(app.state.safety, intake):
        app.include_router(one)
    app.add_exception_handler(NewsfeedError, _failed)
    app.add_exception_handler(RequestValidationError, _misasked)
    app.add_exception_handler(HTTPException, _refused)
    return app


def _routers(safety: Safety, intake: Intake | None) -> tuple[APIRouter, ...]:
    """What is asked, and taken where there is an intake; one signs in where there are tokens."""
    taking = () if intake is None else (events.routes(intake), forms.routes(intake))
    entered = (entering.router,) if safety.tokens else ()
    shown = pages.router, pages_of_lake.router, *entered
    return *taking, reads.router, of_files.router, health.router, described.router, *shown


async def _failed(request: Request, raised: Exception) -> Response:
    if isinstance(raised, RefusedError):
        answer = fault(raised.status, _told(raised))
    elif isinstance(raised, UnavailableError):
        answer = fault(503, str(raised))
    else:
        answer = fault_of(raised)
    return for_path(request.url.path, answer)


def _told(raised: RefusedError) -> str:
    """What does not fit, with every fault."""
    return "; ".join([str(raised), *(fault for line in raised.told.get("lines", ()) for fault in line["faults"])])


async def _misasked(_: Request, raised: Exception) -> Response:
    """Which parameters are wrong, and why."""
    found = raised.errors() if isinstance(raised, RequestValidationError) else []
    told = "; ".join(f"{one['loc'][-1]}: {one['msg'][:1].lower()}{one['msg'][1:]}" for one in found)
    return fault(400, told)


async def _refused(request: Request, raised: Exception) -> Response:
    status = raised.status_code if isinstance(raised, HTTPException) else 500
    told = {404: "there is nothing at this path: /docs lists what there is", 405: "this path has no such method"}
    answer = for_path(request.url.path, fault(status, told.get(status, str(getattr(raised, "detail", raised)))))
    if status == 405:
        answer.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return answer


def _methods(request: Request) -> set[str]:
    """By which methods a path is asked; by `HEAD`, too, where it is by `GET`, as that is answered alike."""
    found = set[str]()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods
    return found | ({"HEAD"} if "GET" in found else set())
