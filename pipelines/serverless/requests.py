"""HTTP requests, as API Gateway and function URLs give them: one JSON object, or one a line, all taken or none."""

import base64
import io
import json
import logging
from collections.abc import Mapping
from typing import Any

from pipelines.door.bodies import as_lines, refusal
from pipelines.door.unpacking import UnreadableError, some, unpacked
from pipelines.errors import NewsfeedError
from pipelines.events import CONTRACT_VERSION
from pipelines.serverless.batch import Batch
from pipelines.serverless.inbox import InboxError
from pipelines.serverless.inboxes import open_inbox
from pipelines.serverless.lines import judged
from pipelines.serverless.records import text_of

LOGGER = logging.getLogger(__name__)
LARGEST = 6 * 1024 * 1024
"""So many bytes a request may have, also once they are unpacked."""
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
    lines = list(judged(io.BytesIO(as_lines(_body(request))), latest))
    if not lines:
        raise RefusedError(400, f"expected {TAKES}, found nothing")
    faulty = [line for line in lines if line.faults]
    if faulty:
        return _said(422, refusal(((line.number, line.faults) for line in faulty), len(lines)))
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


def _said(status: int, what: Answer) -> Answer:
    """An answer, as each form of HTTP has it."""
    headers = {"content-type": "application/json"} | ({"allow": "GET, HEAD, POST"} if status == 405 else {})
    return {"statusCode": status, "headers": headers, "body": json.dumps(what), "isBase64Encoded": False}
