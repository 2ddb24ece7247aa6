"""Clients that are slow: for how long the server waits for what they send and read, and how long a head may be."""

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from pipelines.serving.joining import Joined
from pipelines.serving.replies import fault

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

HEAD_SECONDS, BODY_SECONDS, READ_SECONDS = 10.0, 30.0, 30.0
"""Until the head of a request is there, all of its body, and until a client reads on that stopped reading."""
LONGEST_HEAD = 16 * 1024
CONNECTIONS = 1000


def _closing(status: str, message: str) -> bytes:
    """The last answer of a connection."""
    body = msgspec.json.encode({"error": message})
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return f"{head}x-content-type-options: nosniff\r\nconnection: close\r\n\r\n".encode() + body


HEAD_TOO_LONG = f"expected a head of at most {LONGEST_HEAD} bytes"
TOO_SLOW = _closing("408 Request Timeout", "the request did not come in time")
TOO_LONG = _closing("431 Request Header Fields Too Large", HEAD_TOO_LONG)
NO_HTTP = _closing("400 Bad Request", "expected a request of HTTP/1.1")


async def _full(scope: "Scope", receive: "Receive", send: "Send") -> None:
    """Answers who comes when there are as many connections as the server has."""
    answer = fault(503, f"more than {CONNECTIONS} connections: try again in a second")
    answer.headers["Connection"] = "close"
    await answer(scope, receive, send)


async def _long(scope: "Scope", receive: "Receive", send: "Send") -> None:
    """Answers whose head is too long, though it came all at once."""
    answer = fault(431, HEAD_TOO_LONG)
    answer.headers["Connection"] = "close"
    await answer(scope, receive, send)


class Patience(HttpToolsProtocol):
    """A connection whose client has so much time, and no more."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._waiting: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None
        self._own_app = self.app
        self._answering: RequestResponseCycle | None = None
        self._head = self._parsed = 0
        self._is_in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._wait(None)
        self.resume_writing()
        self._let_go()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, unless the head of a request is too long."""
        if self._is_in_head:
            self._head += len(data)
        super().data_received(data)
        if self._is_in_head and self._head > LONGEST_HEAD and not self.transport.is_closing():
            self._close(TOO_LONG)

    def on_message_begin(self) -> None:
        """Wait for the head of a request."""
        self._is_in_head, self._parsed = True, 0
        if self._waiting is None:
            self._wait(HEAD_SECONDS)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count it as part of the head."""
        self._parsed += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count it as part of the head."""
        self._parsed += len(name) + len(value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Wait for its body."""
        self._head, self._is_in_head = 0, False
        self._wait(BODY_SECONDS)
        self.app = self._answers
        super().on_headers_complete()

    @property
    def _answers(self) -> "ASGIApp":
        """What answers a request whose head is there."""
        if len(self.connections) > CONNECTIONS:
            return _full
        return _long if self._parsed > LONGEST_HEAD else self._own_app

    def on_message_complete(self) -> None:
        """Let the answer take what it takes."""
        self._is_in_head = True
        self._wait(None)
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (its words are told to nobody)
        """Say in the one shape of all faults that this is no request."""
        self._close(NO_HTTP)

    def pause_writing(self) -> None:
        """Wait until the client reads on."""
        super().pause_writing()
        self._reading = self.loop.call_later(READ_SECONDS, self._abort)

    def resume_writing(self) -> None:
        """Go on, as the client does."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        super().resume_writing()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        if cycle.scope["method"] == "GET":  # others may be told to go on before they are answered
            cycle.transport = Joined(cycle.transport)  # type: ignore[assignment]
        super()._start_asgi_task(cycle, app)

    def _let_go(self) -> None:
        """Let the answer under way, which need not be that of the last request, write nothing more."""
        if self._answering is not None:
            self._answering.disconnected = True
            self._answering.message_event.set()

    def _abort(self) -> None:
        self._let_go()
        self.transport.abort()

    def _wait(self, seconds: float | None) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = None if seconds is None else self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        self._waiting = None
        is_answering = self.cycle is not None and self.cycle.response_started
        self._close(b"" if is_answering else TOO_SLOW)

    def _close(self, last_words: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(last_words)
            self.transport.close()
