"""Clients that are slow, or speak no HTTP, are waited for so long and no longer, and hinder nobody."""

import socket
from contextlib import ExitStack
from time import sleep

import pytest

from tests.serving.servers import PATIENCE, Forked

QUICK = "from pipelines.serving import patience as p; p.HEAD_SECONDS = p.BODY_SECONDS = p.READ_SECONDS = 0.5"
POST = b"POST /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer 0123456789abcdef\r\n"


@pytest.fixture(scope="module")
def impatient(told):
    """A server that waits for half a second."""
    with Forked(
        told.root, "--store", "lake", "--rate", "0", before=QUICK, NEWSFEED_TOKENS="0123456789abcdef"
    ) as serving:
        yield serving


@pytest.fixture
def sending(impatient):
    """A function that sends bytes by a new connection, which is given."""
    with ExitStack() as opened:

        def send(data):
            to = opened.enter_context(socket.create_connection(("127.0.0.1", impatient.port), PATIENCE))
            to.sendall(data)
            return to

        yield send


def all_of(connection):
    """What comes until the server closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "data",
    [b"", b"GET", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"],
    ids=["nothing", "a word", "half a head"],
)
def test_what_does_not_come_is_not_waited_for(sending, data):
    assert all_of(sending(data)).startswith(b"HTTP/1.1 408 ")


def test_half_a_body_is_not_waited_for(sending):
    assert all_of(sending(POST + b"Content-Length: 9\r\n\r\n{")).startswith(b"HTTP/1.1 4")


def trickled(connection, data, seconds):
    for _ in range(1000):
        connection.sendall(data)
        sleep(seconds)


@pytest.mark.parametrize(
    "beginning", [b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ", POST + b"Content-Length: 100\r\n\r\n"]
)
def test_what_comes_byte_by_byte_is_cut_off(sending, beginning):
    to = sending(beginning)
    with pytest.raises(OSError):  # noqa: PT011 (which one, the system chooses)
        trickled(to, b"x", 0.05)


def test_a_head_without_end_is_refused(sending):
    to = sending(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 17_000)
    assert all_of(to).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(("path", "header"), [(b"/healthz", b"x" * 17_000), (b"/healthz?" + b"x" * 17_000, b"x")])
def test_a_head_that_is_too_long_is_refused_though_it_comes_at_once(sending, path, header):
    to = sending(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nX: " + header + b"\r\n\r\n")
    found = all_of(to)
    assert (found[:13], b"connection: close" in found.lower()) == (b"HTTP/1.1 431 ", True)


def test_a_head_that_is_as_long_as_it_may_be_is_taken(impatient):
    for _ in range(2):
        assert impatient.ask("/healthz?" + "x" * 8_000, X="x" * 8_000).status == 200


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"HELO mail\r\n\r\n", b"GET  HTTP\r\n\r\n"]
)
def test_what_is_no_http_is_told_so(sending, data):
    found = all_of(sending(data))
    assert found.startswith(b"HTTP/1.1 400 ")
    assert found.endswith(b'{"error":"expected a request of HTTP/1.1"}')


def test_a_client_that_reads_nothing_is_let_go(impatient, sending):
    """It asks for far more than the system holds for it."""
    to = sending(b"")
    to.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with pytest.raises(OSError):  # noqa: PT011
        trickled(to, b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50, 0.02)


def test_slow_clients_hinder_nobody(impatient, sending):
    for _ in range(200):
        sending(b"GET /healthz HTTP/1.1\r\n")
    assert impatient.ask("/users/1/newsfeed").status == 200


def test_a_connection_is_used_again(impatient):
    with impatient.connection() as to:
        for _ in range(3):
            to.request("GET", "/healthz")
            assert to.getresponse().read() == b'{"alive":true}\n'


def test_nothing_of_it_is_told_in_the_log(impatient, sending):
    all_of(sending(b"HELO\r\n\r\n"))
    half = b"POST /page/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\ntoken"
    assert all_of(sending(half)).startswith(b"HTTP/1.1 408 ")
    sending(half).close()
    sleep(0.2)
    counted = [one for one in impatient.ask("/metrics").facts.decode().splitlines() if "/page/sign-in" in one]
    assert [one for one in counted if 'status="500"' in one] == []
    assert impatient.faults == []


def test_more_connections_than_there_are_for_are_told_so(told):
    with Forked(
        told.root, "--store", "lake", before="from pipelines.serving import patience as p; p.CONNECTIONS = 3"
    ) as to:
        with ExitStack() as opened:
            for _ in range(3):
                opened.enter_context(socket.create_connection(("127.0.0.1", to.port)))
            found = to.ask("/healthz")
            assert (found.status, found.headers["Retry-After"], found.headers["Connection"]) == (503, "1", "close")
            assert found.facts == {"error": "more than 3 connections: try again in a second"}
        assert to.ask("/healthz").status == 200
