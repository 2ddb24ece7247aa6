"""HTTP requests, as API Gateway and function URLs give them: one JSON object, or one a line, all taken or none."""

import base64
import io
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.door.lines import NoObject, pairs_of
from pipelines.errors import NewsfeedError
from pipelines.events import CONTRACT_VERSION
from pipelines.serverless.batch import Batch
from pipelines.serverless.inbox import InboxError
from pipelines.serverless.inboxes import open_inbox
from pipelines.serverless.lines import Line, UnreadableError, judged, some, unpacked
from pipelines.serverless.records import text_of

LOGGER = logging.getLogger(__name__)
LARGEST = 6 * 1024 * 1024
"""So many bytes a request may have, also once they are unpacked."""
LONGEST = 512 * 1024
"""So many characters of faults an answer has at most."""
TAKES = "events by POST: one JSON object, or one a line"
Answer = dict[str, Any]


class RefusedError(NewsfeedError):
    """A request is not what it should be; with the number that HTTP has for it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def is_request(event: Mapping[str, Any]) -> bool:
    """Whether a function is called by HTTP."""
    context = event.get("requestContext")
    return "httpMethod" in event or (isinstance(context, dict) and "http" in context)


def answer(request: Mapping[str, Any], latest: int) -> Answer:
    """What is answered to a request, whose events are of the latest time (UTC microseconds) at most.

    202 once all of it is durable in the inbox. Otherwise nothing of it is: 422 with every fault of each line that does
    not fit, 400, 405 and 413 for what is no such request, 503 when the inbox cannot be written now, 500 when it never
    can as it is set up.
    """
    try:
        return _answer(request, latest)
    except RefusedError as fault:
        return _said(fault.status, {"error": str(fault)})
    except InboxError as fault:
        LOGGER.error("%s", fault)  # noqa: TRY400 (one line says all)
        return _said(503 if fault.transient else 500, {"error": "the inbox cannot be written; nothing was taken"})


def _answer(request: Mapping[str, Any], latest: int) -> Answer:
    method = request.get("httpMethod") or text_of(request, "requestContext", "http", "method")
    if method in {"GET", "HEAD"}:
        open_inbox()
        return _said(200, {"takes": TAKES, "contract": CONTRACT_VERSION})
    if method != "POST":
        raise RefusedError(405, f"expected {TAKES}, found {method}")
    lines = list(judged(io.BytesIO(_as_lines(_body(request))), latest))
    if not lines:
        raise RefusedError(400, f"expected {TAKES}, found nothing")
    faulty = [line for line in lines if line.faults]
    if faulty:
        return _said(422, _refusal(faulty, len(lines)))
    with Batch() as batch:
        for line in lines:
            batch.add(line.raw)
        return _said(202, {"taken": batch.lines, "object": batch.put()})


def _body(request: Mapping[str, Any]) -> bytes:
    """The bytes of a request, unpacked. Raises RefusedError."""
    try:
        with unpacked(io.BytesIO(_sent(request))) as file:
            body = some(file, LARGEST + 1)
    except UnreadableError as fault:
        raise RefusedError(400, f"body: {fault}") from fault
    if len(body) > LARGEST:
        raise RefusedError(413, f"body: expected at most {LARGEST} bytes, found more")
    return body


def _sent(request: Mapping[str, Any]) -> bytes:
    """The bytes of a request as they came; halves of surrogate pairs as what is no UTF-8. Raises RefusedError."""
    text = request.get("body") or ""
    if not isinstance(text, str):
        raise RefusedError(400, f"body: expected a text, found {type(text).__name__}")
    if not request.get("isBase64Encoded"):
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as fault:
        raise RefusedError(400, f"body: expected base64, found something else ({fault})") from fault


def _as_lines(body: bytes) -> bytes:
    """A body as lines: one object that stands on several is one, for in JSON a newline is but a space."""
    if b"\n" not in body.strip():
        return body
    joined = body.replace(b"\n", b" ")
    try:
        pairs_of(joined)
    except NoObject:
        return body
    return joined


def _refusal(faulty: Sequence[Line], lines: int) -> Answer:
    """What is said of lines that do not fit, each with its faults; how many faults have no room."""
    told = dict[int, list[str]]()
    size = 0
    for line, fault in _faults(faulty):
        size += len(fault)
        if size <= LONGEST:
            told.setdefault(line, []).append(fault)
    untold = sum(len(line.faults) for line in faulty) - sum(map(len, told.values()))
    error = f"lines that do not fit: {len(faulty)} of {lines}; nothing was taken"
    answer: Answer = {"error": error, "lines": [{"line": line, "faults": faults} for line, faults in told.items()]}
    return answer | ({"untold_faults": untold} if untold else {})


def _faults(faulty: Sequence[Line]) -> Iterator[tuple[int, str]]:
    for line in faulty:
        for fault in line.faults:
            yield line.number, fault


def _said(status: int, what: Answer) -> Answer:
    """An answer, as each form of HTTP has it."""
    headers = {"content-type": "application/json"} | ({"allow": "GET, HEAD, POST"} if status == 405 else {})
    return {"statusCode": status, "headers": headers, "body": json.dumps(what), "isBase64Encoded": False}
