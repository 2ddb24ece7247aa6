"""Records for the streams of tests."""

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
