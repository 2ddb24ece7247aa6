"""Opening sources by their names. A new kind of stream is one file, and its scheme in STREAMS."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pipelines.errors import UsageError
from pipelines.sources import standard_input
from pipelines.sources.files import Files

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.sources.base import Source

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


def source_of(name: str, *, accept_loss: bool = False) -> "Source":
    """The source of a name: `-` is standard input, some URLs are streams, all else are files. Raises UsageError.

    Of a stream that lost records before they landed only those that are left are read when the loss is accepted.
    """
    if name == standard_input.NAME:
        return standard_input.StandardInput()
    return _stream(name, accept_loss=accept_loss) if is_stream(name) else Files(name)


def _stream(url: str, *, accept_loss: bool) -> "Source":
    scheme = scheme_of(url)
    module, package = STREAMS[scheme]
    if find_spec(package) is None:
        raise UsageError(f"cannot read {url}: it needs the extra {scheme}: pip install 'newsfeed-pipelines[{scheme}]'")
    opened: Callable[..., Source] = import_module(module).opened
    return opened(url, accept_loss=accept_loss)
