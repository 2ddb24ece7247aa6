"""`newsfeed serve` as a process of its own, and clients that speak to it."""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace

from tests.serving.forks import Fork
from tests.surroundings import HEARING, environment

ROOT = Path(__file__).parents[2]
SCRIPT = "from pipelines.cli import script; script()"
PATIENCE = 60


class Serving:
    """A server of a lake at a port of its own; what it tells on standard error is kept."""

    def __init__(self, root, *given, before="", **settings):
        surroundings = environment(PYTHONPATH=str(ROOT), **settings)
        self.process = self._started(["serve", "--root", root, "--port", "0", *given], surroundings, before)
        self.faults = []
        threading.Thread(target=lambda: self.faults.extend(self.process.stderr), daemon=True).start()
        self.said = self.process.stdout.readline()
        assert " at http://" in self.said, (self.said, self.process.wait(PATIENCE), self.faults)
        self.port = int(self.said.rpartition(":")[2])

    def _started(self, arguments, surroundings, before):
        command, pipe = [*HEARING, sys.executable, "-c", f"{before}\n{SCRIPT}", *arguments], subprocess.PIPE
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=surroundings)

    def ask(self, path, method="GET", body=None, **headers):
        """The answer to a request: its status, headers, and content, which is read as JSON where it says so."""
        with self.connection() as to:
            return ask(to, path, method, body, **headers)

    def wait_until_ready(self):
        """Wait until a release is served."""
        deadline = monotonic() + PATIENCE
        while self.ask("/readyz").status != 200:
            assert monotonic() < deadline, self.faults
            sleep(0.05)

    def connection(self):
        return Connection("127.0.0.1", self.port, timeout=PATIENCE)

    def end(self):
        """Tell it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


class Forked(Serving):
    """A server that starts sooner, in a fork of a process that has loaded what it needs."""

    def _started(self, arguments, surroundings, before):
        return Fork(arguments, surroundings, before)


class Connection(HTTPConnection):
    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def ask(connection, path, method="GET", body=None, **headers):
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    data = answer.read()
    is_json = answer.headers["Content-Type"] == "application/json" and answer.headers["Content-Encoding"] is None
    facts = json.loads(data) if is_json and data else data
    return SimpleNamespace(status=answer.status, headers=answer.headers, facts=facts)
