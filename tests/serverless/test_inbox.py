"""An inbox that cannot be written takes nothing, and says so to who called: whatever is not durable comes again."""

import json
import os
import threading
from pathlib import Path

import pytest

from pipelines.landing.inbox import HALF_WRITTEN
from pipelines.serverless import handler, notices
from pipelines.serverless import inbox as inboxes
from pipelines.serverless.function import NotTakenError
from pipelines.serverless.inbox import VARIABLE, InboxError
from pipelines.serverless.records import UnknownCallError
from tests.landing.lines import line
from tests.serverless.calls import failed, http, kinesis, notice, said, sqs

ONE = line("e-1")
NOWHERE = "the inbox cannot be written; nothing was taken"


@pytest.fixture
def missing(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "no"))
    return tmp_path / "no"


def test_a_folder_that_is_not_there_is_not_made(missing, caplog):
    assert said(handler(http(ONE))) == (503, {"error": NOWHERE})
    (record,) = caplog.records
    assert record.getMessage().startswith(f"cannot write {missing}/")
    assert record.getMessage().endswith(".jsonl: No such file or directory")
    assert not missing.exists()


@pytest.mark.parametrize("batch", [kinesis(ONE, b"x"), sqs(ONE.decode(), "x")])
def test_all_of_a_batch_comes_again(missing, batch):
    with pytest.raises(InboxError, match=r"^cannot write .*/no/[0-9a-f]{64}\.jsonl: No such file or directory$"):
        handler(batch)


def test_a_batch_of_which_nothing_fits_needs_no_inbox(missing):
    assert failed(handler(kinesis(b"x"))) == ["1"]


@pytest.mark.parametrize(("place", "found"), [(None, "nothing"), ("", "nothing"), ("gs://lake", "gs://lake")])
def test_an_environment_that_names_no_inbox_is_told(monkeypatch, caplog, place, found):
    monkeypatch.delenv(VARIABLE, raising=False)
    if place is not None:
        monkeypatch.setenv(VARIABLE, place)
    message = f"NEWSFEED_INBOX: expected s3://BUCKET/PREFIX or a folder, found {found}"
    for call in (http(ONE), http(method="GET")):
        assert said(handler(call)) == (500, {"error": NOWHERE})
    assert [record.getMessage() for record in caplog.records] == [message] * 2
    with pytest.raises(InboxError, match=f"^{message}$"):
        handler(kinesis(ONE))


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_disk_that_fails_leaves_nothing_half_written(inbox, monkeypatch, step):
    def fail(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(*{"fsync": (os, "fsync"), "rename": (Path, "rename")}[step], fail)
    assert said(handler(http(ONE))) == (503, {"error": NOWHERE})
    assert list(inbox.iterdir()) == []
    monkeypatch.undo()


def test_what_is_there_already_is_made_durable_before_the_answer_too(inbox, monkeypatch):
    handler(http(ONE))
    synced = []
    monkeypatch.setattr(inboxes, "_sync", synced.append)
    handler(http(ONE))
    assert synced == [inbox]


def test_many_at_once_never_contend(inbox, lines):
    batches = [kinesis(line(f"e-{number % 20}"), line(f"f-{number % 20}")) for number in range(200)]
    answers = []
    threads = [threading.Thread(target=lambda some=batches[n::8]: answers.extend(map(handler, some))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [{"batchItemFailures": []}] * 200
    assert lines() == sorted([line(f"e-{number}"), line(f"f-{number}")] for number in range(20))


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ({}, "nothing"),
        (None, "NoneType"),
        ("text", "str"),
        ({"requestContext": 1}, "requestContext"),
        ({"Records": [1]}, "Records"),
        ({"key1": "value1", "key2": 2}, "key1, key2"),
        ({"Records": []}, "Records"),
        ({"Records": [{"eventSource": "aws:dynamodb"}]}, "aws:dynamodb"),
        ({"Records": [{"EventSource": "aws:sns"}]}, "Records"),
    ],
)
def test_a_call_of_something_else_is_told(inbox, call, found):
    with pytest.raises(
        UnknownCallError, match=f"^expected a batch of Kinesis, SQS or S3, or an HTTP request, found {found}$"
    ):
        handler(call)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ({"Records": [{"eventSource": "aws:sqs", "messageId": "m-1"}]}, "body: expected a text, found nothing"),
        ({"Records": [{"eventSource": "aws:kinesis"}]}, "eventSourceARN: expected a text, found nothing"),
        ({"Records": [*kinesis(ONE)["Records"], 1]}, "eventSourceARN: expected a text, found nothing"),
        ({"Records": [{"eventSource": "aws:s3", "eventName": 1}]}, "eventName: expected a text, found int"),
        ({"requestContext": {"http": None}}, "requestContext.http.method: expected a text, found nothing"),
    ],
)
def test_a_call_of_another_shape_is_told(lines, call, told):
    with pytest.raises(UnknownCallError, match=f"^{told}$"):
        handler(call)
    assert lines() == []


def test_what_is_half_written_no_landing_reads(inbox, monkeypatch):
    written = []
    rename = Path.rename

    def renamed(beside, target):
        written.append(beside.name)
        return rename(beside, target)

    monkeypatch.setattr(Path, "rename", renamed)
    handler(http(ONE))
    assert [name.startswith((".", "_")) or name.endswith(HALF_WRITTEN) for name in written] == [True]


def test_a_notice_whose_object_cannot_be_read_fails(lines, monkeypatch):
    def opened(bucket, key, version):
        raise InboxError(f"cannot read {bucket}/{key}")

    monkeypatch.setattr(notices, "_opened", opened)
    with pytest.raises(NotTakenError, match=r"^s3://lake/a b\+c: cannot read lake/a b\+c$"):
        handler(notice("lake", "a b+c"))
    assert failed(handler(sqs(json.dumps(notice("lake", "a")), ONE.decode()))) == ["m-1"]
    assert lines() == [[ONE]]
