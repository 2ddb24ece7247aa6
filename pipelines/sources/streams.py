"""Streams by their names. A new kind of stream is one file, and its scheme in STREAMS."""

from urllib.parse import SplitResult, urlsplit

from pipelines.errors import UsageError

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


def parts_of(url: str, form: str) -> SplitResult:
    """The parts of a stream's URL, which is to be of a form. Raises UsageError for one that is no URL."""
    try:
        return urlsplit(url)
    except ValueError as fault:
        raise UsageError(f"{url}: expected a URL such as {form}") from fault
