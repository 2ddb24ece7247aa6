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
from pipelines.serving.covering import NotCovered, UnknownEvent
from pipelines.serving.reading import NoSearch, Unsettled
from pipelines.storage import ids
from pipelines.stores.base import Stored

LOGGER = logging.getLogger("pipelines.serving")
JSON = "application/json"
LARGE = 8192
"""From how many bytes on an answer is compressed for who takes that."""
QUICKLY = 3
RETRY = {"Retry-After": "1"}


class Busy(NewsfeedError):
    """So much is asked that no more is answered."""

    transient = True


_encode = msgspec.json.Encoder().encode


def etag_of(stored: Stored, form: str = "") -> str:
    """What tells answers of one release, in one form, from those of others; of each path for itself."""
    return f'W/"{stored.lake[:8]}.{stored.release}{form}-{__version__}"'


def told(request: Request, facts: Any, status: int = 200, etag: str | None = None) -> Response:
    """Facts as a client wants them, who asks again before showing them again."""
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if etag is not None:
        headers["ETag"] = etag
    body = _encode(facts) + b"\n"
    if len(body) >= LARGE and takes_gzip(request.headers.get("accept-encoding", "")):
        body, headers["Content-Encoding"] = gzip.compress(body, QUICKLY, mtime=0), "gzip"
    return Response(body, status, headers, JSON)


def takes_gzip(accepted: str) -> bool:
    """Whether a client takes gzip, as its `Accept-Encoding` says: it may also name it with the weight 0."""
    for one in accepted.lower().replace(" ", "").split(","):
        coding, _, weight = one.partition(";q=")
        if coding == "gzip":
            return not weight or weight.strip("0.") != ""
    return False


def has_any(request: Request) -> bool:
    """Whether a client has an answer of any release, if there is one."""
    return request.headers.get("if-none-match", "").strip() == "*"


def unchanged(request: Request, etag: str) -> Response | None:
    """What to say to who has the answer already, None for others."""
    known = request.headers.get("if-none-match")
    if known is None or not (has_any(request) or etag in (one.strip() for one in known.split(","))):
        return None
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"})


def shaped(facts: Any, *, ids_as_strings: bool) -> Any:
    """The facts, with ids as strings where that is asked for."""
    return ids.as_strings(facts) if ids_as_strings else facts


def fault(status: int, message: str, **more: Any) -> Response:
    """What is said of a fault, in the one shape of all faults."""
    headers = RETRY if status in {409, 429, 503} else None
    return Response(_encode({"error": message, **more}) + b"\n", status, headers, JSON)


STATUS: tuple[tuple[type[NewsfeedError], int], ...] = (
    (UnknownUser, 404),
    (UnknownPost, 404),
    (UnknownEvent, 404),
    (NoSearch, 404),
    (NotCovered, 409),
    (NothingReleased, 503),
    (NoRelease, 404),
    (UsageError, 400),
    (Busy, 503),
    (Unsettled, 503),
)
"""The status of what who asked is told in its own words; the first that fits."""


def fault_of(raised: BaseException) -> Response:
    """What is said of what was raised; what is the server's own fault goes to its log, on one line."""
    status = next((status for kind, status in STATUS if isinstance(raised, kind)), None)
    if status is not None:
        told = "nothing was released yet" if isinstance(raised, NothingReleased) else str(raised)
        return fault(status, told, **getattr(raised, "facts", {}))
    LOGGER.error("%s", printable(line_of(raised)))
    if is_transient(raised):
        return fault(503, "what is served cannot be read now: try again in a second")
    told = "the server's log says more" if isinstance(raised, NewsfeedError) else "this is a bug of the server"
    return fault(500, f"what is asked for cannot be answered: {told}")
