"""Batches of queues: what fits of a batch is one object, and the records with lines that do not fit are told."""

import json
import random

import pytest

from pipelines.serverless import handler, records
from tests.door.aggregated import aggregated
from tests.landing.lines import line
from tests.serverless.calls import QUEUE, SHARD, STREAM, failed, kinesis, notice, sqs

ONE, TWO, THREE = (line(f"e-{number}") for number in (1, 2, 3))


def of_sqs(*data):
    return sqs(*(one.decode() for one in data))


@pytest.mark.parametrize(("batch", "prefix"), [(kinesis, ""), (of_sqs, "m-")])
def test_what_fits_of_a_batch_is_one_object_and_poison_between_is_told(lines, batch, prefix):
    assert failed(handler(batch(ONE, b"poison", TWO + b"\n" + THREE, b"{}"))) == [f"{prefix}2", f"{prefix}4"]
    assert lines() == [[ONE, TWO, THREE]]


@pytest.mark.parametrize("batch", [kinesis, of_sqs])
def test_a_whole_batch_that_fits_fails_nowhere(lines, batch):
    assert (failed(handler(batch(ONE, TWO))), lines()) == ([], [[ONE, TWO]])


def test_a_line_is_taken_whatever_stands_beside_it_in_its_record(lines):
    assert (failed(handler(kinesis(ONE + b"\nx\n" + TWO))), lines()) == (["1"], [[ONE, TWO]])


def test_records_that_were_put_together_in_one_are_taken_and_told_of_each_and_fail_together(lines, caplog):
    batch = kinesis(aggregated(ONE, b"poison", b"", TWO), THREE)
    assert (failed(handler(batch)), lines()) == (["1"], [[ONE, TWO, THREE]])
    assert f"{STREAM} {SHARD}:1.1 does not fit: line 1: " in caplog.text


def test_of_a_batch_in_which_nothing_fits_there_is_no_object(lines):
    assert (failed(handler(of_sqs(b"x", b"y"))), lines()) == (["m-1", "m-2"], [])


def test_a_record_without_a_line_is_no_fault(lines):
    assert (failed(handler(kinesis(b"", b"\n"))), lines()) == ([], [])


def test_every_fault_is_logged_with_the_place_of_its_record(inbox, caplog):
    handler(kinesis(ONE, line("", actor_id=0)))
    handler(of_sqs(b"x"))
    assert [record.getMessage() for record in caplog.records] == [
        (
            f'{STREAM} {SHARD}:2 does not fit: line 1: event_id: expected at least 1 character, found "" | '
            "line 1: actor_id: expected an id (1 to 9223372036854775807), found 0"
        ),
        f"{QUEUE} m-1 does not fit: line 1: line: expected JSON, found Expecting value at character 1",
    ]


def test_what_is_told_of_a_record_has_a_bound(inbox, caplog, monkeypatch):
    monkeypatch.setattr(records, "LONGEST", 200)
    handler(kinesis(b"x\n" * 50))
    (message,) = (record.getMessage() for record in caplog.records)
    assert len(message) < 400
    assert message.endswith(" | …")


def test_data_that_is_not_base64_fails_alone(lines, caplog):
    batch = kinesis(ONE, TWO)
    batch["Records"][0]["kinesis"]["data"] = "?"
    assert (failed(handler(batch)), lines()) == (["1"], [[TWO]])
    assert "data: expected base64, found something else" in caplog.text


def test_a_retry_from_the_first_failure_on_brings_the_good_ones_after_it_again(inbox, lines):
    """As Lambda does it with Kinesis: what is taken twice lands once."""
    batch = kinesis(ONE, b"poison", TWO)
    rest = {"Records": batch["Records"][1:]}
    assert failed(handler(batch)) == failed(handler(rest)) == failed(handler(rest)) == ["2"]
    assert lines() == [[ONE, TWO], [TWO]]


def test_any_batch_with_poison_at_any_places_keeps_what_fits_in_order(lines, seed):
    drawn = random.Random(seed)
    for case in range(30):
        batch = [(line(f"{case}-{number}"), drawn.random() < 0.7) for number in range(drawn.randrange(1, 12))]
        before = lines()
        answer = handler(kinesis(*(one if fits else one[:-1] for one, fits in batch)))
        assert failed(answer) == [str(number) for number, (_, fits) in enumerate(batch, 1) if not fits]
        new = [one for one in lines() if one not in before]
        assert new == ([[one for one, fits in batch if fits]] if any(fits for _, fits in batch) else [])


def test_a_message_that_only_tells_that_notices_will_come_is_no_fault(lines):
    told = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2014-10-13T15:57:02.089Z", "Bucket": "lake"}
    assert (failed(handler(sqs(json.dumps(told)))), lines()) == ([], [])


def test_a_notice_that_objects_are_gone_has_no_lines(lines):
    gone = notice("lake", "a.jsonl", name="ObjectRemoved:Delete")
    assert (handler(gone), failed(handler(sqs(json.dumps(gone)))), lines()) == ({}, [], [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"Records": [{"eventSource": "aws:s3"}]}', "eventName: expected a text, found nothing"),
        ('{"Records": [{"eventSource": "aws:s3"}, 5]}', "eventName: expected a text, found nothing"),
        (
            '{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": 1}]}',
            "s3.bucket.name: expected a text, found nothing",
        ),
        ('{"Event": "s3:TestEvent", "Records": 5}', "Records: expected a list, found int"),
    ],
)
def test_a_message_with_a_notice_of_another_shape_fails_alone(lines, caplog, text, told):
    assert (failed(handler(of_sqs(ONE, text.encode(), TWO))), lines()) == (["m-2"], [[ONE, TWO]])
    assert f"{QUEUE} m-2 does not fit: {told}" in caplog.text


@pytest.mark.parametrize("text", ['{"Records": []}', '{"Records": [1]}', '"Records"' + "[" * 100_000, '["Records"]'])
def test_what_only_looks_like_a_notice_is_a_line_that_does_not_fit(lines, text):
    assert (failed(handler(sqs(text))), lines()) == (["m-1"], [])
