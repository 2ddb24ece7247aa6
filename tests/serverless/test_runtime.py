"""The archive of the function in the runtime that AWS Lambda has, called by a stand-in of its API."""

import hashlib
import random
import time

import pytest

from tests.landing.lines import line
from tests.serverless.calls import failed, http, kinesis, said, sqs
from tests.serverless.runtime import Functions

ONE, TWO = line("e-1"), line("e-2")


@pytest.fixture
def functions(unpacked, tmp_path):
    processes = Functions(unpacked, tmp_path / "log")
    yield processes
    processes.end()


def test_lambda_calls_it_with_batches_and_requests(functions, inbox, lines):
    functions.begin(str(inbox))
    calls = http(ONE), http(b"{"), kinesis(ONE, b"x", TWO), sqs("y", TWO.decode())
    request, refused, stream, queue = functions.call(*calls)
    assert {kind for kind, _ in (request, refused, stream, queue)} == {"response"}
    assert said(request[1])[1]["taken"] == 1
    assert said(refused[1])[0] == 422
    assert (failed(stream[1]), failed(queue[1])) == (["2"], ["m-1"])
    assert lines() == [[ONE], [ONE, TWO], [TWO]]
    assert "shardId-000000000006:2 does not fit: line 1: line: expected JSON" in functions.log.read_text()


def test_what_is_raised_lambda_knows_by_its_kind_and_its_line(functions, tmp_path):
    functions.begin(str(tmp_path / "no"))
    stream, other, request = functions.call(kinesis(ONE), {"x": 1}, http(ONE))
    assert (stream[0], stream[1]["errorType"]) == ("error", "InboxError")
    assert stream[1]["errorMessage"].startswith(f"cannot write {tmp_path}/no/")
    assert (other[0], other[1]["errorType"]) == ("error", "UnknownCallError")
    assert (request[0], said(request[1])[0]) == ("response", 503)


def test_a_function_that_is_killed_at_any_moment_and_called_again_has_each_batch_whole(functions, inbox, seed):
    drawn = random.Random(seed)
    batches = [[line(f"{one}-{number}") for number in range(50)] for one in range(100)]
    for number, batch in enumerate(batches, 1):
        functions.api.waiting.put((number, kinesis(*batch)))
    process = functions.begin(str(inbox))
    functions.api.answers(1)
    time.sleep(drawn.random() / 5)
    process.kill()
    process.wait()
    functions.api.again()
    functions.begin(str(inbox))
    assert functions.api.answers(len(batches)) == [("response", {"batchItemFailures": []})] * len(batches)
    whole = [b"".join(one + b"\n" for one in batch) for batch in batches]
    expected = {f"{hashlib.sha256(one).hexdigest()}.jsonl": one for one in whole}
    assert {file.name: file.read_bytes() for file in inbox.glob("*.jsonl")} == expected
