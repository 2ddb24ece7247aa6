"""A small stand-in of the API with which AWS Lambda runs a function, and the runtime of Lambda as a process.

As Lambda does, it gives what was not answered again when the process that had it is gone.
"""

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

API = "/2018-06-01/runtime"
ARN = "arn:aws:lambda:eu-central-1:123456789012:function:newsfeed"
WITHIN = 60.0
"""Seconds in which an answer must come."""


@dataclass
class Api:
    """What functions are to be called with, what processes of theirs were given, and what they answered, by number."""

    waiting: "Queue[tuple[int, Any]]" = field(default_factory=Queue)
    given: dict[int, Any] = field(default_factory=dict)
    told: dict[int, tuple[str, Any]] = field(default_factory=dict)
    news: threading.Condition = field(default_factory=threading.Condition)

    def answers(self, number: int) -> list[tuple[str, Any]]:
        """The first so many answers, each of a kind, `response` or `error`, in the order of the calls."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.told) >= number, WITHIN), f"{len(self.told)} of {number} answers"
            return [self.told[one] for one in sorted(self.told)]

    def again(self) -> None:
        """Call again with what was given and not answered, as its process is gone."""
        for number in self.given.keys() - self.told.keys():
            self.waiting.put((number, self.given[number]))

    def tell(self, number: int, kind: str, said: Any) -> None:
        """Take in an answer."""
        with self.news:
            self.told[number] = (kind, said)
            self.news.notify_all()


class Server(ThreadingHTTPServer):
    """The API on loopback."""

    daemon_threads = True

    def __init__(self, api: Api) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, api))
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None:
        """Say nothing of a runtime that is killed."""


class Handler(BaseHTTPRequestHandler):
    """One connection of a runtime."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body at once, and
    disable_nagle_algorithm = True  # none waits for what the runtime acknowledges late

    def __init__(self, api: Api, *given: Any) -> None:
        self.api = api
        super().__init__(*given)

    def do_GET(self) -> None:
        """Give the next call, once there is one; back it goes when nobody is there any more to take it."""
        assert self.path == f"{API}/invocation/next"
        number, call = self.api.waiting.get()
        if select.select([self.connection], [], [], 0)[0]:  # it asks for nothing more, so this is its end
            self.api.waiting.put((number, call))
            return
        self.api.given[number] = call
        with suppress(OSError):
            self._send(200, json.dumps(call).encode(), {"Lambda-Runtime-Aws-Request-Id": str(number)})

    def do_POST(self) -> None:
        """Take in an answer, an error, or that the function cannot be begun."""
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == f"{API}/init/error":
            self.api.tell(0, "init", said)
        else:
            number, kind = self.path.removeprefix(f"{API}/invocation/").split("/")
            self.api.tell(int(number), kind, said)
        self._send(202, b"{}", {})

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        common = {"Content-Length": str(len(body)), "Content-Type": "application/json"}
        lambdas = {"Lambda-Runtime-Deadline-Ms": "99999999999999", "Lambda-Runtime-Invoked-Function-Arn": ARN}
        for name, value in (common | lambdas | dict(headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Functions:
    """Processes in which Lambda's runtime calls the function, unpacked in a folder; a log has what they print."""

    def __init__(self, task: Path, log: Path) -> None:
        self.api = Api()
        self.log = log
        self._task = task
        self._server = Server(self.api)
        self._begun: list[subprocess.Popen[bytes]] = []

    def begin(self, inbox: str, **variables: str) -> "subprocess.Popen[bytes]":
        """Begin one more."""
        given = {"AWS_LAMBDA_RUNTIME_API": self._server.address, "NEWSFEED_INBOX": inbox, "PYTHONPATH": str(self._task)}
        with self.log.open("ab") as log:
            self._begun.append(
                subprocess.Popen(
                    [sys.executable, "-m", "awslambdaric", "pipelines.serverless.handler"],
                    env=os.environ | given | variables,
                    cwd=self._task,
                    stdout=log,
                    stderr=log,
                )
            )
        return self._begun[-1]

    def call(self, *calls: Any) -> list[tuple[str, Any]]:
        """What is answered to calls, in order."""
        first = len(self.api.told)
        for number, one in enumerate(calls, first + 1):
            self.api.waiting.put((number, one))
        return self.api.answers(first + len(calls))[first:]

    def end(self) -> None:
        """End them all, and the API."""
        for one in self._begun:
            one.kill()
            one.wait()
        self._server.shutdown()
        self._server.server_close()
