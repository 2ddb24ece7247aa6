"""The server as a process: where it listens, and how it ends."""

import socket
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from tests.serving.servers import Serving


def test_told_to_end_it_ends_well(told):
    with Serving(told.root, "--store", "lake") as serving:
        assert serving.ask("/healthz").status == 200
        assert (serving.end(), serving.faults) == (0, [])


def asked_while_it_ends(serving, path):
    """The answer to what is asked when the server is told to end."""
    with ThreadPoolExecutor() as threads:
        answer = threads.submit(serving.ask, path)
        sleep(1.0)
        assert serving.end() == 0
        return answer.result()


def test_who_waits_for_a_release_is_answered_at_once_when_it_ends(told, tmp_path):
    with Serving(told.root, "--store", "lake", "--inbox", str(tmp_path), NEWSFEED_TOKENS="a" * 16) as serving:
        event = '{"event_id": "w-1", "event_type": "deactivated", "actor_id": 1}'
        assert serving.ask("/events", "POST", event, Authorization=f"Bearer {'a' * 16}").status == 201
        answer = asked_while_it_ends(serving, "/users/1?after=w-1&wait=30")  # which it would cut off, else
        assert (answer.status, answer.facts["error"]) == (409, "the event waits to be landed")
        assert serving.faults == []


SLOW = """
import time
from pipelines.serving import account, server
server.GRACE = 1
account.status = lambda lake: time.sleep(8)
"""


@pytest.mark.parametrize(("path", "type_"), [("/status", "application/json"), ("/page/releases", "text/html")])
def test_what_takes_too_long_when_it_ends_is_told_so(told, path, type_):
    slow = SLOW if path == "/status" else SLOW.replace("account.status", "account.account")
    with Serving(told.root, "--store", "lake", before=slow) as serving:
        answer = asked_while_it_ends(serving, path)
        assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (503, type_)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Exception" not in "".join(serving.faults)


def test_a_port_that_is_taken_is_told(told, call):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = call("serve", "--root", told.root, "--port", port)
    assert (done.code, done.err) == (1, f"error: cannot listen at 127.0.0.1 port {port}: Address already in use\n")


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "a\0b", "x" * 400])
def test_an_address_that_is_none_of_this_machine_is_told(told, call, host, monkeypatch):
    monkeypatch.setenv("NEWSFEED_TOKENS", "a" * 16)
    done = call("serve", "--root", told.root, "--host", host)
    assert (done.code, done.err.count("\n"), done.err.startswith("error: cannot listen at")) == (1, 1, True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--host", "0.0.0.0"], "--host 0.0.0.0: expected tokens beside it: set NEWSFEED_TOKENS or --tokens FILE"),
        (["--host", "example.org"], "--host example.org: expected tokens beside it"),
        (["--private"], "--private: expected tokens beside it"),
    ],
)
def test_what_others_reach_needs_a_token(told, call, given, said):
    done = call("serve", "--root", told.root, *given)
    assert (done.code, done.err.startswith(f"error: {said}"), done.err.count("\n")) == (2, True, 1)


@pytest.mark.parametrize("tokens", ["short", "ä" * 20, "good-enough-for-all, x"])
def test_tokens_that_are_none_are_refused(told, call, monkeypatch, tokens):
    monkeypatch.setenv("NEWSFEED_TOKENS", tokens)
    done = call("serve", "--root", told.root)
    assert done.code == 2
    assert done.err == (
        "error: NEWSFEED_TOKENS: expected tokens of at least 16 letters, digits and signs of ASCII each\n"
    )


def test_a_file_without_tokens_is_refused(told, call, tmp_path):
    (tmp_path / "none").write_text("\n")
    missing, empty = (call("serve", "--root", told.root, "--tokens", tmp_path / name) for name in ("missing", "none"))
    assert (missing.code, missing.err) == (1, f"error: cannot read {tmp_path}/missing: No such file or directory\n")
    assert (empty.code, empty.err) == (2, f"error: --tokens {tmp_path}/none: expected tokens, a line each\n")


def test_without_its_extra_it_says_how_to_install_it(told, call, monkeypatch):
    monkeypatch.setattr("pipelines.cli.serve.find_spec", lambda package: None)
    done = call("serve", "--root", told.root)
    needed = "it needs the extra server: pip install 'newsfeed-pipelines[server]'"
    assert (done.code, done.err) == (2, f"error: cannot serve: {needed}\n")
