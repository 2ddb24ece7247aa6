"""`POST /events` and the number of a user's events: HTTP around the intake."""

import re
from asyncio import AbstractEventLoop, Future, get_running_loop
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from pipelines.door.times import written
from pipelines.serving.bodies import body_of
from pipelines.serving.intake.deciding import Done, Kind, Outcome
from pipelines.serving.intake.intake import Intake, UnavailableError
from pipelines.serving.intake.reading import RefusedError

NUMBER = re.compile(r'"(0|[1-9][0-9]{0,18})"')
STATUS = {Kind.TAKEN: 201, Kind.AGAIN: 200, Kind.CONFLICT: 409, Kind.CHANGED: 412}
ERROR = {
    Kind.CONFLICT: "other events stand under these ids; nothing was taken",
    Kind.CHANGED: "If-Match: the actor has another number of events; nothing was taken",
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "All of it was taken before."},
    201: {"description": "Taken, durably; the landing that comes next brings it into the log."},
    400: {"description": "No events, a body by gzip that is damaged, or an If-Match that is none."},
    409: {"description": "Another content stands under an id. Nothing was taken."},
    412: {"description": "The actor has another number of events. Nothing was taken."},
    413: {"description": "Too many bytes, also once they are unpacked, or lines."},
    415: {"description": "Packed in another way than by gzip."},
    422: {"description": "Lines that do not fit, with every fault. Nothing was taken."},
    503: {"description": "It cannot be taken now. Nothing was."},
}
TAKES = {"Accept-Encoding": "gzip"}
ACTOR = "take it only while the actor has so many events"


def routes(intake: Intake) -> APIRouter:
    """The routes that write, and ask what writers need."""
    router, answers = APIRouter(tags=["writing"]), Answers()

    @router.post("/events", status_code=201, responses=ANSWERS, openapi_extra=BODY)
    async def take(request: Request) -> Response:
        """Take events, one JSON object or one a line, all or none; an id and a time that one lacks are made."""
        if_match = request.headers.get("if-match")
        try:
            expected = None if if_match is None else _number(if_match)
            body = await body_of(request, intake.limits.body)
            outcome = await answers.of(partial(intake.take, body, expected))
        except (RefusedError, UnavailableError) as fault:
            return _failed(fault)
        return JSONResponse(_said(outcome), STATUS[outcome.kind], _tag(outcome))

    @router.get("/users/{user_id}/version")
    @router.head("/users/{user_id}/version", include_in_schema=False)
    async def version(user_id: Annotated[int, Path(ge=1, lt=1 << 63)]) -> Response:
        """How many events a user has done, which `If-Match` of `POST /events` expects."""
        try:
            outcome = await answers.of(partial(intake.number_of, user_id))
        except UnavailableError as fault:
            return _failed(fault)
        return JSONResponse({"user_id": user_id, "events": outcome.present}, 200, _tag(outcome))

    return router


class Answers:
    """What a thread tells an event loop, all at once of what it tells shortly one after another."""

    def __init__(self) -> None:
        self._told: deque[tuple[Future[Outcome], Outcome | Exception]] = deque()
        self._is_due = False

    async def of(self, ask: Callable[[Done], None]) -> Outcome:
        """What is told by a function that is given whom to tell. Raises what that tells."""
        loop = get_running_loop()
        future: Future[Outcome] = loop.create_future()
        ask(partial(self._tell, loop, future))
        return await future

    def _tell(self, loop: AbstractEventLoop, future: "Future[Outcome]", told: Outcome | Exception) -> None:
        self._told.append((future, told))
        if not self._is_due:
            self._is_due = True
            with suppress(RuntimeError):  # the loop has ended, and nobody waits
                loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._is_due = False
        while self._told:
            future, told = self._told.popleft()
            if future.done():
                continue
            if isinstance(told, Exception):
                future.set_exception(told)
            else:
                future.set_result(told)


MATCH = {"name": "If-Match", "in": "header", "description": ACTOR, "schema": {"type": "string"}}
PACKED = {
    "name": "Content-Encoding",
    "in": "header",
    "description": "how the body is packed, if it is",
    "schema": {"type": "string", "enum": ["gzip", "identity"]},
}
OBJECT = {"schema": {"type": "object", "description": "An event; event_id and event_time are made if it has none."}}
LINES = {"schema": {"type": "string", "description": "One such object a line."}}
BODY = {
    "parameters": [MATCH, PACKED],
    "requestBody": {"required": True, "content": {"application/json": OBJECT, "application/x-ndjson": LINES}},
}


def _number(if_match: str) -> int:
    found = NUMBER.fullmatch(if_match.strip())
    if found is None:
        raise RefusedError(400, f'If-Match: expected the number of the actor\'s events, like "7", found {if_match!r}')
    return int(found[1])


def _said(outcome: Outcome) -> dict[str, Any]:
    """What is said of an outcome: of each event, in the order of the request, what became of it."""
    is_taken = outcome.kind in {Kind.TAKEN, Kind.AGAIN}
    if not is_taken:
        wrong = [{"line": one.number, "event_id": one.event_id} for one in outcome.events if one.kind is Kind.CONFLICT]
        return {"error": ERROR[outcome.kind], "events": outcome.present, "lines": wrong}
    events = [
        {"event_id": one.event_id, "event_time": written(one.time), "status": one.kind.value} for one in outcome.events
    ]
    return {"events": events}


def _tag(outcome: Outcome) -> Mapping[str, str]:
    return {} if outcome.present is None else {"ETag": f'"{outcome.present}"'}


def _failed(fault: RefusedError | UnavailableError) -> Response:
    if isinstance(fault, RefusedError):
        return JSONResponse(fault.told, fault.status, TAKES if fault.status == 415 else None)
    return JSONResponse({"error": str(fault)}, 503, {"Retry-After": "1"})
