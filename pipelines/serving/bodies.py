"""Bodies of requests, as they are sent or packed by gzip, of a bounded length."""

import io

from anyio import to_thread
from starlette.requests import Request

from pipelines.characters import printable
from pipelines.door.unpacking import UnreadableError, some, within
from pipelines.serving.intake.reading import RefusedError

PLAIN, PACKED = "identity", ("gzip", "x-gzip")
SHOWN = 100


async def body_of(request: Request, most: int) -> bytes:
    """The body of a request, unpacked, of at most so many bytes, also while it was packed.

    Raises RefusedError: 413 for one that is too long, before it is all there; 415 for one that is packed in another
    way; 400 for one that is damaged.
    """
    encoding = request.headers.get("content-encoding", PLAIN).strip().lower()
    if encoding not in {PLAIN, *PACKED}:
        found = printable(encoding[:SHOWN])
        raise RefusedError(415, f"Content-Encoding: expected gzip, identity or none, found {found!r}")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        _require_short(body, most)
    return bytes(body) if encoding == PLAIN else await to_thread.run_sync(_unpacked, bytes(body), most)


def _unpacked(body: bytes, most: int) -> bytes:
    try:
        with within(io.BytesIO(body)) as file:
            found = some(file, most + 1)
    except UnreadableError as fault:
        raise RefusedError(400, f"body: {fault}") from fault
    _require_short(found, most)
    return found


def _require_short(body: bytes | bytearray, most: int) -> None:
    if len(body) > most:
        raise RefusedError(413, f"body: expected at most {most} bytes, found more")
