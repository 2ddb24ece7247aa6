"""Replies: facts as JSON with what lets a client keep them, and faults in one shape."""

import gzip
import logging
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from pipelines import __version__
from pipelines.characters import printable
from pipelines.errors import NewsfeedError, UsageError, is_transient, line_of
from pipelines.reading.users import UnknownUser
from pipelines.releases.release import NoRelease, NothingReleased
from pipelines.serving.answers import UnknownPost
from pipelines.storage import ids
from pipelines.stores.base import Stored

LOGGER = logging.getLogger("pipelines.serving")
JSON = "application/json"
LARGE = 8192
"""From how many bytes on an answer is compressed for who takes that."""
QUICKLY = 3
RETRY = {"Retry-After": "1"}
_encode = msgspec.json.Encoder().encode


def etag_of(stored: Stored, form: str = "") -> str:
    """What tells answers of one release, in one form, from those of others; of each path for itself."""
    return f'W/"{stored.lake[:8]}.{stored.release}{form}-{__version__}"'


def told(request: Request, facts: Any, status: int = 200, etag: str | None = None) -> Response:
    """Facts as a client wants them, who asks again before showing them again."""
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if etag is not None:
        headers["ETag"] = etag
    body = _encode(facts)
    if len(body) >= LARGE and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = gzip.compress(body, QUICKLY, mtime=0), "gzip"
    return Response(body, status, headers, JSON)


def unchanged(request: Request, etag: str) -> Response | None:
    """What to say to who has the answer already, None for others."""
    known = request.headers.get("if-none-match")
    if known is None or (known.strip() != "*" and etag not in (one.strip() for one in known.split(","))):
        return None
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"})


def shaped(facts: Any, *, ids_as_strings: bool) -> Any:
    """The facts, with ids as strings where that is asked for."""
    return ids.as_strings(facts) if ids_as_strings else facts


def fault(status: int, message: str, **more: Any) -> Response:
    """What is said of a fault, in the one shape of all faults."""
    headers = RETRY if status in {429, 503} else None
    return Response(_encode({"error": message, **more}), status, headers, JSON)


def fault_of(raised: BaseException) -> Response:
    """What is said of what was raised; what is the server's own fault goes to its log, on one line."""
    if isinstance(raised, UnknownUser | UnknownPost):
        return fault(404, str(raised))
    if isinstance(raised, NothingReleased):
        return fault(503, "nothing was released yet")
    if isinstance(raised, NoRelease):
        return fault(404, str(raised))
    if isinstance(raised, UsageError):
        return fault(400, str(raised))
    LOGGER.error("%s", printable(line_of(raised)))
    if is_transient(raised):
        return fault(503, "what is served cannot be read now: try again in a second")
    told = "the server's log says more" if isinstance(raised, NewsfeedError) else "this is a bug of the server"
    return fault(500, f"what is asked for cannot be answered: {told}")
