"""The function in the runtime that AWS Lambda has, called by a stand-in of its API."""

import hashlib
import random
import time

import pytest

from tests.landing.lines import line
from tests.serverless.calls import failed, http, kinesis, said, sqs
from tests.serverless.runtime import Api, Server, start

ONE, TWO = line("e-1"), line("e-2")


@pytest.fixture
def api():
    return Api()


@pytest.fixture
def begin(api, inbox, tmp_path):
    """A function that starts a process of the function; what they print is in the file `log`."""
    server, begun = Server(api), []

    def begun_one(place=None):
        begun.append(start(server, place or str(inbox), tmp_path / "log"))
        return begun[-1]

    yield begun_one
    for one in begun:
        one.kill()
        one.wait()
    server.shutdown()
    server.server_close()


def call(api, *calls):
    """What is answered to calls, in order."""
    first = len(api.told) + 1
    for number, one in enumerate(calls, first):
        api.waiting.put((number, one))
    return api.answers(first + len(calls) - 1)[first - 1 :]


def test_lambda_calls_it_with_each_kind_of_batch_and_request(api, begin, lines, tmp_path):
    begin()
    request, refused, stream, queue = call(api, http(ONE), http(b"{"), kinesis(ONE, b"x", TWO), sqs("y", TWO.decode()))
    assert {kind for kind, _ in (request, refused, stream, queue)} == {"response"}
    assert said(request[1])[1]["taken"] == 1
    assert said(refused[1])[0] == 422
    assert (failed(stream[1]), failed(queue[1])) == (["2"], ["m-1"])
    assert lines() == [[ONE], [ONE, TWO], [TWO]]
    told = (tmp_path / "log").read_text()
    assert "[WARNING]" in told
    assert "shardId-000000000006:2 does not fit: line 1: line: expected JSON" in told


def test_what_is_raised_lambda_knows_by_its_kind_and_its_line(api, begin, tmp_path):
    begin(str(tmp_path / "no"))
    (stream, other) = call(api, kinesis(ONE), {"x": 1})
    assert (stream[0], stream[1]["errorType"]) == ("error", "InboxError")
    assert stream[1]["errorMessage"].startswith(f"cannot write {tmp_path}/no/")
    assert (other[0], other[1]["errorType"]) == ("error", "UnknownCallError")
    assert said(call(api, http(ONE))[0][1])[0] == 503


def test_a_function_that_is_killed_at_any_moment_and_called_again_has_each_batch_whole(api, begin, inbox, seed):
    drawn = random.Random(seed)
    batches = [[line(f"{one}-{number}") for number in range(50)] for one in range(60)]
    for number, batch in enumerate(batches, 1):
        api.waiting.put((number, kinesis(*batch)))
    process = begin()
    api.answers(1)
    time.sleep(drawn.random() / 20)
    process.kill()
    process.wait()
    api.again()
    begin()
    assert api.answers(len(batches)) == [("response", {"batchItemFailures": []})] * len(batches)
    whole = [b"".join(one + b"\n" for one in batch) for batch in batches]
    expected = {f"{hashlib.sha256(one).hexdigest()}.jsonl": one for one in whole}
    assert {file.name: file.read_bytes() for file in inbox.glob("*.jsonl")} == expected
