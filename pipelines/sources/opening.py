"""Opening sources by their names."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pipelines.errors import UsageError
from pipelines.sources import standard_input
from pipelines.sources.files import Files
from pipelines.sources.streams import STREAMS, is_stream, scheme_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.sources.base import Source


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
