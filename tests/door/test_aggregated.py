"""What is within a record of Kinesis's producer library."""

import hashlib

import pytest

from pipelines.door.aggregated import MARK, within
from tests.door.aggregated import aggregated


@pytest.mark.parametrize("values", [[], [b"one"], [b"one", b"", b"x" * 70_000, b"[]\n{}"]])
def test_what_was_put_together_is_within(values):
    assert within(aggregated(*values)) == values


@pytest.mark.parametrize("data", [b"", b"{}", MARK, MARK + b"x" * 16, MARK + b"\x0a\xff" + b"x" * 16])
def test_another_record_is_as_it_is(data):
    assert within(data) is None


def test_a_record_that_is_not_whole_is_as_it_is():
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
