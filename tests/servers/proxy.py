"""A server that stands before another one and fails as a world does: it refuses, is silent, loses answers, or delays.

And a port behind which there is none.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server, socket
from threading import Event, Thread
from urllib.parse import unquote, urlsplit

LOST = "lost"
"""The request arrives; its answer does not."""
SILENT = "silent"
"""Nothing is said, for as long as the proxy lives."""
LATE = "late"
"""Nothing is answered, and the request arrives after LATENESS."""
LATENESS = 1.0
Fault = int | bytes | float | str | None
"""The status of an answer instead of the server's, what one of status 400 says, seconds that pass first, LOST, LATE,
SILENT, or None: its own."""
LISTED = re.compile(rb"<Contents>.*?<Key>(.*?)</Key>.*?</Contents>", re.DOTALL)


@contextmanager
def black_hole() -> Iterator[int]:
    """A port of loopback that answers no packet: what waits to be accepted there is as much as may wait."""
    with create_server(("127.0.0.1", 0), backlog=0) as full:
        port: int = full.getsockname()[1]
        waiting = [socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        yield port
        for one in waiting:
            one.close()


@dataclass
class Proxy:
    """Where it answers, and what goes wrong with a request, by its method and path, or its action where it names one.

    What was put is listed after `lag` seconds; `put` says when what was.
    """

    endpoint: str
    fault: Callable[[str, str], Fault]
    lag: float = 0
    put: dict[str, float] = field(default_factory=dict)

    def note(self, method: str, path: str) -> None:
        """Note what was put when."""
        if method == "PUT" or (method == "POST" and "uploadId=" in path):
            self.put[unquote(urlsplit(path).path)] = time.monotonic()

    def listed(self, path: str, answer: bytes) -> bytes:
        """A listing without what was put just before."""
        bucket, since = urlsplit(path).path.rstrip("/"), time.monotonic() - self.lag

        def kept(found: "re.Match[bytes]") -> bytes:
            return b"" if self.put.get(f"{bucket}/{unquote(found[1].decode())}", 0) > since else found[0]

        return LISTED.sub(kept, answer) if self.lag and "list-type=" in path else answer


@contextmanager
def proxy(port: int, fault: Callable[[str, str], Fault] = lambda method, path: None, lag: float = 0) -> Iterator[Proxy]:
    """A proxy at a free port of loopback before a server at a port; its `fault` may be changed."""
    with _Server(port, fault, lag) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.proxy
        server.ends.set()
        server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, fault: Callable[[str, str], Fault], lag: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port, self.ends = port, Event()
        self.proxy = Proxy(f"http://127.0.0.1:{self.server_port}", fault, lag)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: who asked is gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.proxy.fault(self.command, self.headers.get("X-Amz-Target", self.path))
        if isinstance(fault, int | bytes):
            self._answer(*((fault, [], b"") if isinstance(fault, int) else (400, [], fault)))
        elif fault == SILENT:
            self.server.ends.wait()
            self.close_connection = True
        elif fault == LATE:
            self.close_connection = True
            Thread(target=self._ask_late, args=(body,), daemon=True).start()
        else:
            time.sleep(fault if isinstance(fault, float) else 0)
            status, headers, answer = self._asked(self.server.port, body)
            self.close_connection = fault == LOST
            if fault != LOST:
                self._answer(status, headers, self.server.proxy.listed(self.path, answer))

    def _ask_late(self, body: bytes) -> None:
        time.sleep(LATENESS)
        self._asked(self.server.port, body)

    def _asked(self, port: int, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        server = HTTPConnection("127.0.0.1", port)
        server.request(self.command, self.path, body, dict(self.headers))
        found = server.getresponse()
        answer = found.read()
        server.close()
        self.server.proxy.note(self.command, self.path)
        return found.status, found.getheaders(), answer

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        said = {
            name.lower(): value for name, value in headers if name.lower() not in {"connection", "transfer-encoding"}
        }
        if self.command != "HEAD":
            said["content-length"] = str(len(body))
        for name, value in said.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass  # noqa: N815 (http.server's names)
