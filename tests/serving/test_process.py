"""The server as a process: where it listens, and how it ends."""

import socket

import pytest

from tests.serving.servers import Serving


def test_told_to_end_it_ends_well(told):
    with Serving(told.root) as serving:
        assert serving.ask("/healthz").status == 200
        assert (serving.end(), serving.faults) == (0, [])


def test_a_port_that_is_taken_is_told(told, call):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = call("serve", "--root", told.root, "--port", port)
    assert (done.code, done.err) == (1, f"error: cannot listen at 127.0.0.1 port {port}: Address already in use\n")


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "a\0b", "x" * 400])
def test_an_address_that_is_none_of_this_machine_is_told(told, call, host):
    done = call("serve", "--root", told.root, "--host", host)
    assert (done.code, done.err.count("\n"), done.err.startswith("error: ")) == (1, 1, True)
