"""How a URL names a stream of Kinesis, and what is within a record of its producer library."""

import hashlib

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from pipelines.errors import UsageError
from pipelines.sources.kinesis_client import named
from pipelines.sources.kinesis_records import MARK, within

FIELD = descriptor_pb2.FieldDescriptorProto
MESSAGES = {
    "Tag": [("key", 1, "TYPE_STRING", False), ("value", 2, "TYPE_STRING", False)],
    "Record": [
        ("partition_key_index", 1, "TYPE_UINT64", False),
        ("explicit_hash_key_index", 2, "TYPE_UINT64", False),
        ("data", 3, "TYPE_BYTES", False),
        ("tags", 4, "Tag", True),
    ],
    "AggregatedRecord": [
        ("partition_key_table", 1, "TYPE_STRING", True),
        ("explicit_hash_key_table", 2, "TYPE_STRING", True),
        ("records", 3, "Record", True),
    ],
}
"""What the library writes, as its format is published: name, number, type and whether there may be several."""


@pytest.fixture(scope="module")
def aggregated():
    """The record in which the library puts some together."""
    file = descriptor_pb2.FileDescriptorProto(name="aggregated.proto", package="kpl")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, is_repeated in fields:
            is_message = not kind.startswith("TYPE_")
            message.field.add(
                name=field,
                number=number,
                type=FIELD.TYPE_MESSAGE if is_message else FIELD.Type.Value(kind),
                type_name=f".kpl.{kind}" if is_message else None,
                label=FIELD.LABEL_REPEATED if is_repeated else FIELD.LABEL_OPTIONAL,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    kind = message_factory.GetMessageClass(pool.FindMessageTypeByName("kpl.AggregatedRecord"))

    def put_together(*values):
        whole = kind(partition_key_table=["a", "b" * 300], explicit_hash_key_table=["1"])
        for number, value in enumerate(values):
            record = whole.records.add(partition_key_index=number % 2, explicit_hash_key_index=300, data=value)
            record.tags.add(key="k", value="v")
        message = whole.SerializeToString()
        return MARK + message + hashlib.md5(message).digest()

    return put_together


@pytest.mark.parametrize("values", [[], [b"one"], [b"one", b"", b"x" * 70_000, b"[]\n{}"]])
def test_what_was_put_together_is_within(aggregated, values):
    assert within(aggregated(*values)) == values


@pytest.mark.parametrize("data", [b"", b"{}", MARK, MARK + b"x" * 16, MARK + b"\x0a\xff" + b"x" * 16])
def test_another_record_is_as_it_is(data):
    assert within(data) is None


def test_a_record_that_is_not_whole_is_as_it_is(aggregated):
    assert within(aggregated(b"one")[:-1]) is None


@pytest.mark.parametrize(
    "message",
    [
        b"\x1b",
        b"\xff",
        b"\x1a\x05ab",
        b"\x1a\x02\x1b\x01",
        b"\x1a\x02\x1a\x05",
        b"\x09\x01",
        b"\x18\x01",
        b"\x1a" + b"\xff" * 99,
    ],
)
def test_a_record_of_another_message_is_as_it_is_though_its_checksum_is_right(message):
    assert within(MARK + message + hashlib.md5(message).digest()) is None


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("kinesis://events?region=us-east-1", ("events", "us-east-1")),
        ("kinesis://My_events-2.x?region=us-gov-west-1", ("My_events-2.x", "us-gov-west-1")),
        ("kinesis://events", ("events", None)),
    ],
)
def test_a_url_says_the_stream_and_its_region(url, found):
    assert named(url) == found


@pytest.mark.parametrize(
    "url",
    [
        "kinesis://",
        "kinesis://?region=us-east-1",
        "kinesis://a/b?region=us-east-1",
        "kinesis://a?regio=us-east-1",
        "kinesis://a?region=us-east-1&region=eu-west-1",
        "kinesis://a?region=",
        "kinesis://ä?region=us-east-1",
        "kinesis://a?region=us-east-1#x",
        "kinesis://[a?region=us-east-1",
    ],
)
def test_another_url_is_refused(url):
    with pytest.raises(UsageError, match="expected a URL such as kinesis://STREAM.region=REGION"):
        named(url)
