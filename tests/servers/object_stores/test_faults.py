"""A store that refuses, is silent, loses answers or is not there: told soon on one line, and nothing is lost."""

import itertools
import json
from dataclasses import replace

import pytest

from tests.servers import proxy
from tests.servers.object_stores.lakes import SOON, rows, through
from tests.servers.processes import free_port


def after(number):
    """A fault from some request on."""
    count = itertools.count()
    return lambda fault: lambda method, path: fault if next(count) >= number else None


def test_a_store_that_refuses_now_and_then_is_asked_again(store, lake, events, expected):
    count = itertools.count()
    with proxy.proxy(store.port, lambda method, path: 503 if next(count) % 9 == 4 else None) as standing:
        through(lake, standing).work("land", events)
        through(lake, standing).work("run")
    assert rows(lake) == expected


def test_what_was_written_is_told_though_the_stores_answer_was_lost(store, lake, events, expected):
    asked = set()

    def lose(method, path):
        is_first = method == "PUT" and "_delta_log" in path and path not in asked
        asked.add(path)
        return proxy.LOST if is_first else None

    with proxy.proxy(store.port, lose) as standing:
        assert json.loads(through(lake, standing).work("land", events, "--json"))["landed"] == 62
        assert through(lake, standing).work("run").startswith("release 1 covers 62 events")
    assert rows(lake) == expected


@pytest.mark.parametrize(
    ("number", "fault", "told"),
    [
        (0, 503, "its server answers 503 Service Unavailable"),
        (12, 503, "its server answers 503 Service Unavailable"),
        (12, 403, "its server answers 403 Forbidden"),
        (0, proxy.SILENT, "no answer"),
        (12, proxy.SILENT, "no answer"),
    ],
)
def test_a_store_that_is_gone_is_told_soon_and_what_follows_goes_on(store, lake, events, fault, told, number):
    with proxy.proxy(store.port, after(number)(fault)) as standing:
        said = through(lake, standing).call("land", events)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(("error: cannot ", f"error: cannot reach {lake.root}: "))
    assert f": {told}" in said.err
    assert said.err.count("\n") == 1
    assert said.seconds < SOON
    assert json.loads(lake.work("land", events, "--json"))["landed"] == 62


def test_a_run_that_loses_its_store_is_gone_on_with(store, lake, events, expected):
    lake.work("land", events)
    with proxy.proxy(store.port, after(150)(503)) as standing:
        said = through(lake, standing).call("run")
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    lake.work("run")
    assert rows(lake) == expected


def test_what_is_not_there_is_told_on_one_line(store, lake):
    nowhere = replace(lake, env={**lake.env, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"})
    nothing = replace(lake, root="s3://no-such-bucket/lake")
    for commands, told in (
        (nowhere, "Connection refused"),
        (nothing, "its server answers 404 Not Found, NoSuchBucket"),
    ):
        said = commands.call("status")
        assert (said.code, said.out) == (1, "")
        assert said.err == f"error: cannot reach {commands.root}: {told}\n"
        assert said.seconds < SOON


def test_an_address_that_answers_no_packet_is_told_soon(lake):
    with proxy.black_hole() as port:
        said = replace(lake, env={**lake.env, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}).call("status")
    assert (said.code, said.out) == (1, "")
    assert said.err == f"error: cannot reach {lake.root}: no answer from its server\n"
    assert said.seconds < SOON
