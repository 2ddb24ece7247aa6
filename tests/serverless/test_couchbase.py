"""Couchbase's eventing posts documents to the function: a recorded exchange, and the eventing function that makes it.

The request is as the documentation of `curl()` says it is sent: an object without an encoding goes as JSON, and is said
to be that; an answer of JSON comes as an object.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.serverless import handler
from tests.serverless.calls import http

EXCHANGE = json.loads(Path(__file__).with_name("couchbase.json").read_text("utf-8"))
EVENTING = Path(__file__).parents[2] / "docs" / "lambda" / "eventing.js"
HARNESS = """
const told = {requests: [], timers: [], logged: []}, newsfeed = {}, events = {};
const [document, answers] = JSON.parse(require("fs").readFileSync(0, "utf8"));
events["doc::1"] = document;
function log(...words) { told.logged.push(words); }
function createTimer(callback, date, reference, context) { told.timers.push([callback, reference, context]); }
function curl(method, binding, request) {
    if (binding !== newsfeed || Object.keys(request).join() !== "body") throw new Error("not as recorded");
    told.requests.push({method, headers: {"content-type": "application/json"}, body: JSON.stringify(request.body)});
    const answer = answers.shift();
    if (answer === null) throw new Error("CurlError");
    return answer;
}
OnUpdate(document, {id: "doc::1"});
for (const [callback, reference, context] of told.timers) callback(context);
console.log(JSON.stringify({...told, timers: told.timers.map(([callback, ...rest]) => [callback.name, ...rest])}));
"""


def as_lambda_gives_it(request):
    called = http(request["body"].encode(), request["method"])
    return called | {"headers": {**called["headers"], **request["headers"]}}


def test_the_recorded_request_has_the_recorded_answer(lines):
    answer = handler(as_lambda_gives_it(EXCHANGE["request"]))
    expected = EXCHANGE["response"]
    assert {
        "status": answer["statusCode"],
        "headers": answer["headers"],
        "body": json.loads(answer["body"]),
    } == expected
    ((taken,),) = lines()
    assert json.loads(taken) == EXCHANGE["document"]


def told(*answers):
    """What the eventing function does with the recorded document, when these are the answers; None is no answer."""
    command = ["node", "-e", EVENTING.read_text("utf-8") + HARNESS]
    given = json.dumps([EXCHANGE["document"], answers])
    return json.loads(subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node, which runs the eventing function, is not on the path")
@pytest.mark.parametrize(
    ("answers", "timers"),
    [
        ([EXCHANGE["response"]], 0),
        ([{"status": 422, "body": {"error": "lines that do not fit: 1 of 1; nothing was taken"}}], 0),
        ([{"status": 503, "body": {}}, None, EXCHANGE["response"]], 2),
    ],
)
def test_the_eventing_function_sends_just_that_until_it_is_taken_or_refused(answers, timers):
    done = told(*answers)
    assert done["requests"] == [EXCHANGE["request"]] * len(answers)
    assert done["timers"] == [["again", "doc::1", {"id": "doc::1"}]] * timers
    assert len(done["logged"]) == sum(answer is None or answer["status"] == 422 for answer in answers)
