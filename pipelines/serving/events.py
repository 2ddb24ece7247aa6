"""`POST /events` and the number of a user's events: HTTP around the intake."""

import re
from asyncio import wrap_future
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import JSONResponse

from pipelines.door.times import written
from pipelines.serving.intake.deciding import Kind, Outcome
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
    400: {"description": "No events, or an If-Match that is none."},
    409: {"description": "Another content stands under an id. Nothing was taken."},
    412: {"description": "The actor has another number of events. Nothing was taken."},
    413: {"description": "Too many bytes or lines."},
    415: {"description": "Compressed bytes."},
    422: {"description": "Lines that do not fit, with every fault. Nothing was taken."},
    503: {"description": "It cannot be taken now. Nothing was."},
}
ACTOR = "take it only while the actor has so many events"


def routes(intake: Intake) -> APIRouter:
    """The routes that write, and ask what writers need."""
    router = APIRouter()

    @router.post("/events", status_code=201, responses=ANSWERS, openapi_extra=BODY)
    async def take(request: Request, if_match: Annotated[str | None, Header(description=ACTOR)] = None) -> Response:
        """Take events, one JSON object or one a line, all or none; an id and a time that one lacks are made."""
        try:
            expected = None if if_match is None else _number(if_match)
            outcome = await wrap_future(intake.take(await _body(request, intake.limits.body), expected))
        except (RefusedError, UnavailableError) as fault:
            return _failed(fault)
        return JSONResponse(_said(outcome), STATUS[outcome.kind], _tag(outcome))

    @router.get("/users/{user_id}/version")
    @router.head("/users/{user_id}/version", include_in_schema=False)
    async def version(user_id: Annotated[int, Path(ge=1, lt=1 << 63)]) -> Response:
        """How many events a user has done, which `If-Match` of `POST /events` expects."""
        try:
            outcome = await wrap_future(intake.number_of(user_id))
        except UnavailableError as fault:
            return _failed(fault)
        return JSONResponse({"user_id": user_id, "events": outcome.present}, 200, _tag(outcome))

    return router


OBJECT = {"schema": {"type": "object", "description": "An event; event_id and event_time are made if it has none."}}
LINES = {"schema": {"type": "string", "description": "One such object a line."}}
BODY = {"requestBody": {"required": True, "content": {"application/json": OBJECT, "application/x-ndjson": LINES}}}


async def _body(request: Request, most: int) -> bytes:
    """The body of a request. Raises RefusedError for one that is too long, before it is all there."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise RefusedError(415, "content-encoding: expected none")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise RefusedError(413, f"body: expected at most {most} bytes, found more")
    return bytes(body)


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
        return JSONResponse(fault.told, fault.status)
    return JSONResponse({"error": str(fault)}, 503, {"Retry-After": "1"})
