"""The template fits the function: it names a handler that there is, and turns on what partial failures need."""

from importlib import import_module
from pathlib import Path

import yaml

from pipelines.serverless.inbox import VARIABLE

TEMPLATE = yaml.safe_load((Path(__file__).parents[2] / "docs" / "lambda" / "template.yaml").read_text("utf-8"))
FUNCTION = TEMPLATE["Resources"]["Newsfeed"]["Properties"]


def test_the_handler_and_the_variable_are_those_of_the_function():
    module, _, name = FUNCTION["Handler"].rpartition(".")
    assert callable(getattr(import_module(module), name))
    assert list(FUNCTION["Environment"]["Variables"]) == [VARIABLE]


def test_each_queue_is_told_of_single_failures_and_a_stream_is_not_held_up_for_ever():
    queues = [one["Properties"] for one in FUNCTION["Events"].values() if one["Type"] in {"Kinesis", "SQS"}]
    assert [one["FunctionResponseTypes"] for one in queues] == [["ReportBatchItemFailures"]] * 2
    (stream,) = (one["Properties"] for one in FUNCTION["Events"].values() if one["Type"] == "Kinesis")
    assert stream["MaximumRetryAttempts"] < 100
    assert "OnFailure" in stream["DestinationConfig"]
