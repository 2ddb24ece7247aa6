"""What goes wrong in the server is one line of its log, and tells clients nothing of it."""

import asyncio
import json
import logging

import pytest

from pipelines.serving.app import create_app
from pipelines.serving.reading import Reading
from pipelines.storage.places import PlaceError
from pipelines.stores.base import StoreError

SECRET = "/secret/place"


def answer_of(app, path):
    """The status, headers and facts that an application answers."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
    }
    asyncio.run(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, json.loads(sent[1]["body"])


@pytest.fixture
def logged(caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("pipelines"), "propagate", True)
    return caplog


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (RuntimeError(SECRET), 500, "this is a bug of the server"),
        (StoreError(f"cannot read {SECRET}"), 500, "the server's log says more"),
        (StoreError(f"cannot reach {SECRET}", transient=True), 503, "try again in a second"),
        (PlaceError(f"cannot read {SECRET}"), 503, "try again in a second"),
        (OSError(5, "Input/output error", SECRET), 503, "try again in a second"),
        (MemoryError(), 503, "try again in a second"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_a_fault_is_a_line_of_the_log_and_tells_clients_nothing(lake, logged, fault, status, said):
    class Broken(Reading):
        def ask(self, *_):
            raise fault

    found, headers, facts = answer_of(create_app(Broken(lake)), "/users/1")
    assert (found, list(facts), said in facts["error"]) == (status, ["error"], True)
    assert (SECRET in str(facts), headers["x-content-type-options"]) == (False, "nosniff")
    assert headers.get("retry-after") == ("1" if status == 503 else None)
    (record,) = logged.records
    assert "\n" not in record.getMessage()
    assert SECRET in record.getMessage() or isinstance(fault, MemoryError)
