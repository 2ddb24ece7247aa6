"""A server that stands before another one and fails as a world does: it refuses, is silent, or loses an answer.

And a port behind which there is none.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server, socket
from threading import Event, Thread

LOST = "lost"
"""The request arrives; its answer does not."""
SILENT = "silent"
"""Nothing is said, for as long as the proxy lives."""
Fault = int | str | None
"""The status of an answer instead of the server's, LOST, SILENT, or None: the server's own answer."""


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
    """Where it answers, and what goes wrong with a request, by its method and path."""

    endpoint: str
    fault: Callable[[str, str], Fault]


@contextmanager
def proxy(port: int, fault: Callable[[str, str], Fault] = lambda method, path: None) -> Iterator[Proxy]:
    """A proxy at a free port of loopback before a server at a port; its `fault` may be changed."""
    with _Server(port, fault) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.proxy
        server.ends.set()
        server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, fault: Callable[[str, str], Fault]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port, self.ends = port, Event()
        self.proxy = Proxy(f"http://127.0.0.1:{self.server_port}", fault)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: who asked is gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.proxy.fault(self.command, self.path)
        if isinstance(fault, int):
            self._answer(fault, [], b"")
        elif fault == SILENT:
            self.server.ends.wait()
            self.close_connection = True
        else:
            answer = self._asked(self.server.port, body)
            self.close_connection = fault == LOST
            if fault != LOST:
                self._answer(*answer)

    def _asked(self, port: int, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        server = HTTPConnection("127.0.0.1", port)
        server.request(self.command, self.path, body, dict(self.headers))
        found = server.getresponse()
        answer = found.read()
        server.close()
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
