"""URLs: which file system keeps what a URL names, and what it calls the place there."""

import os
from importlib.util import find_spec
from typing import Any
from urllib.parse import unquote

from pipelines.errors import NewsfeedError
from pipelines.storage.stores import SCHEMES

HDFS = ("hdfs", "viewfs", "webhdfs")
OURS = {
    "hdfs": ("pipelines.storage.hdfs.Hdfs", "hdfs_native", "hdfs"),
    "viewfs": ("pipelines.storage.hdfs.Viewfs", "hdfs_native", "hdfs"),
    "webhdfs": ("pipelines.storage.webhdfs.WebHdfs", "fsspec", ""),
    **dict.fromkeys(SCHEMES, ("pipelines.storage.objects.ObjectStore", "obstore", "object-store")),
}
"""The classes here that keep what some schemes name, the package that each needs, and the extra that has it."""


class UrlError(NewsfeedError):
    """A URL names nothing that can be reached; the message says why."""


def local(place: str) -> str | None:
    """The local path that a place means, None for a URL of elsewhere; a `file://` URL is taken as it is, else decoded.

    Raises UrlError for a `file://` URL of another host.
    """
    scheme, found, behind = place.partition("://")
    if not found:
        return place if os.path.lexists(place) else os.path.expanduser(place)
    if scheme not in {"file", "local"}:
        return None
    host, _, path = behind.partition("/")
    if host not in {"", "localhost"}:
        raise UrlError(f"cannot read {place}: expected a URL such as {scheme}:///folder/file, found the host {host}")
    return f"/{path}" if os.path.lexists(f"/{path}") else unquote(f"/{path}", errors="surrogateescape")


def remote(url: str) -> tuple[Any, str]:
    """The file system of a URL, and what it calls the place there.

    Raises UrlError for a scheme that is unknown or whose package is missing, a `file://` URL of another host, or a URL
    that is not taken literally.
    """
    from fsspec.core import url_to_fs
    from fsspec.registry import register_implementation

    local(url)
    for scheme, (kept, _, _) in OURS.items():
        register_implementation(scheme, kept, clobber=True)
    try:
        filesystem, path = url_to_fs(url)
    except (ImportError, ValueError, OSError, RuntimeError) as fault:
        raise UrlError(f"cannot reach {url}: {_missing(url) or fault}") from fault
    if "::" not in url and not url.rstrip("/").endswith(path.rstrip("/")):
        raise UrlError(f"cannot reach {url}: its file system would take it for {path}")
    return filesystem, path


def _missing(url: str) -> str | None:
    """What is missing for a URL's scheme; None when nothing is."""
    from fsspec.registry import available_protocols

    scheme = url.partition("://")[0].rpartition("::")[2]
    if scheme not in available_protocols():
        return f"expected a scheme such as file, hdfs or s3, found {scheme}"
    _, package, extra = OURS.get(scheme, ("", "fsspec", ""))
    if find_spec(package) is None:
        return f"it needs the extra {extra}: pip install 'newsfeed-pipelines[{extra}]'"
    return None


def beside(url: str, path: str, other: str) -> str:
    """The URL of a place that the file system of a URL calls `other`; it calls the URL's own `path`."""
    return url.rstrip("/").removesuffix(path.rstrip("/")) + other
