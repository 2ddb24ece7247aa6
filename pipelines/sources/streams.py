"""Streams by their names. A new kind of stream is one file, and its scheme in STREAMS."""

STREAMS = {
    "kafka": ("pipelines.sources.kafka", "confluent_kafka"),
    "kinesis": ("pipelines.sources.kinesis", "boto3"),
    "kurrentdb": ("pipelines.sources.kurrentdb", "kurrentdbclient"),
}
"""By the scheme of their URLs which module reads streams, and the package that it needs; the extra is called as it."""


def is_stream(name: str) -> bool:
    """Whether a name is the URL of a stream, of which the log keeps how far it was read."""
    return scheme_of(name) in STREAMS


def scheme_of(name: str) -> str:
    """The scheme of a URL; empty for a path."""
    scheme, found, _ = name.partition("://")
    return scheme if found else ""
