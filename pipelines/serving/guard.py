"""What every request meets before it is answered, and what every answer has: refusals, limits, headers, measures."""

from asyncio import CancelledError
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from pipelines.serving.measuring import Measured
from pipelines.serving.page.showing import for_path
from pipelines.serving.page.signing import authorization as page_authorization
from pipelines.serving.rates import Rates
from pipelines.serving.replies import fault, fault_of
from pipelines.serving.safety import Safety

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENDS = "the server ends before it can answer that: ask again in a second"
POLICY = b"content-security-policy"
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
NOTHING = (POLICY, b"default-src 'none'; frame-ancestors 'none'")
"""What a browser may load for an answer that does not say it itself."""


class Guard:
    """Lets an application answer just what may be asked, and by exceptions that nobody else heeded no less than so."""

    def __init__(self, app: "ASGIApp", safety: Safety, measured: Measured) -> None:
        self._app, self._safety, self._measured = app, safety, measured
        self._rates = Rates(safety.limits.rate)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        began, status = perf_counter(), 0

        async def sent(message: "Message") -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                has_policy = any(name == POLICY for name, _ in message["headers"])
                message["headers"] = [*message["headers"], *ALWAYS, *(() if has_policy else (NOTHING,))]
            await send(message)

        try:
            await self._answer(scope, receive, sent)
        except ClientDisconnect:
            pass  # who asked is gone, or was let go of
        except CancelledError:  # the server ends, and waits for this no more
            if not status:
                await for_path(scope["path"], fault(503, ENDS))(scope, receive, sent)
        except Exception as raised:  # noqa: BLE001 (whatever it is, who asked is told, and the log)
            answer = for_path(scope["path"], fault_of(raised))
            if not status:
                await answer(scope, receive, sent)
        finally:
            self._measured.count(scope, status, perf_counter() - began)

    async def _answer(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        headers = Headers(scope=scope)
        refused = self._refused(scope, headers)
        if refused is not None:
            await for_path(scope["path"], refused)(scope, receive, send)
            return
        bounded = receive if scope["method"] == "GET" else self._bounded(receive)
        await self._app(scope, bounded, send)

    def _refused(self, scope: "Scope", headers: Headers) -> "Response | None":
        host = headers.get("host", "")
        kept = page_authorization(scope["path"], headers.get("cookie", ""))
        authorization = headers.get("authorization", kept)
        refusal = self._safety.refusal(scope["method"], scope["path"], host, authorization)
        if refusal is not None:
            answer = fault(*refusal)
            if refusal[0] == 401:
                answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        client = scope["client"][0] if scope["client"] else ""
        if not self._rates.takes(client, perf_counter()):
            return fault(429, f"more than {self._safety.limits.rate:g} requests a second: ask less often")
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > self._safety.limits.body:
            return fault(413, self._too_large)
        return None

    @property
    def _too_large(self) -> str:
        return f"the body is too large: expected at most {self._safety.limits.body} bytes"

    def _bounded(self, receive: "Receive") -> "Receive":
        """What receives a body of unknown length until it is too large."""
        taken = 0

        async def bounded() -> "Message":
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._safety.limits.body:
                raise HTTPException(413, self._too_large)
            return message

        return bounded
