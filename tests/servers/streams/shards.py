"""Records for the streams of tests."""

import json
from itertools import chain

from tests.histories import random_history
from tests.landing.lines import line

HALF = 1 << 127
"""The middle of the hash keys of a stream."""
AT_ONCE = 400


def fill(kinesis, stream, values, half=None):
    """Put records into a stream, in their order, all into one half of its hash keys if it is given."""
    numbered = list(enumerate(values))
    for first in range(0, len(numbered), AT_ONCE):
        where = {} if half is None else {"ExplicitHashKey": str(half * HALF)}
        records = [
            {"Data": value, "PartitionKey": str(number), **where} for number, value in numbered[first : first + AT_ONCE]
        ]
        assert kinesis.client.put_records(StreamName=stream, Records=records)["FailedRecordCount"] == 0


def shards(kinesis, stream):
    """The ids of a stream's shards."""
    return [shard["ShardId"] for shard in kinesis.client.list_shards(StreamName=stream)["Shards"]]


def split(kinesis, stream, shard):
    """Split a shard in the middle of all hash keys."""
    kinesis.client.split_shard(StreamName=stream, ShardToSplit=shard, NewStartingHashKey=str(HALF))
    kinesis.wait(stream)


def merge(kinesis, stream, one, other):
    """Merge two shards."""
    kinesis.client.merge_shards(StreamName=stream, ShardToMerge=one, AdjacentShardToMerge=other)
    kinesis.wait(stream)


def lines_of(first, last):
    """A line for each of some numbers."""
    return [line(f"e-{number}", actor_id=number) for number in range(first, last)]


def network(seed, count=30):
    """The lines of random histories, with poison between them."""
    events = chain.from_iterable(random_history(100 * seed + n, base=1000 * n) for n in range(1, count))
    lines = [json.dumps(event, ensure_ascii=False).encode() for event in events]
    return [one for n, good in enumerate(lines) for one in ([good, b"poison %d" % n] if n % 50 == 7 else [good])]


def in_parts(lines, count):
    """Lines in so many parts."""
    return [lines[n * len(lines) // count : (n + 1) * len(lines) // count] for n in range(count)]
