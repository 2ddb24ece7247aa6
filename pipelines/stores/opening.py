"""Opening stores by their URLs. A new kind of store is one file, and its scheme in STORES."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from pipelines.errors import UsageError
from pipelines.stores.base import Store, shown

if TYPE_CHECKING:
    from collections.abc import Callable


class Kind(NamedTuple):
    """A kind of store: its module, the package that it needs, the extra with that, and what a URL looks like."""

    module: str
    package: str
    extra: str
    form: str


STORES = {
    "lmdb": Kind("pipelines.stores.lmdb", "lmdb", "server", "lmdb:PATH"),
    "redis": Kind("pipelines.stores.redis", "redis", "redis", "redis://HOST:PORT/NUMBER"),
    "rediss": Kind("pipelines.stores.redis", "redis", "redis", "rediss://HOST:PORT/NUMBER"),
    "unix": Kind("pipelines.stores.redis", "redis", "redis", "unix://PATH"),
    "postgresql": Kind("pipelines.stores.postgresql", "psycopg", "postgresql", "postgresql://HOST:PORT/DATABASE"),
    "search": Kind("pipelines.stores.search", "tantivy", "search", "search:PATH"),
}
"""By the scheme of their URLs."""


def store_of(url: str) -> Store:
    """The store that a URL names. Raises UsageError for one that names none, StoreError."""
    scheme, colon, _ = url.partition(":")
    kind = STORES.get(scheme) if colon else None
    if kind is None:
        forms = ", ".join(one.form for one in STORES.values())
        raise UsageError(f"{shown(url)}: expected the URL of a store, one of {forms}")
    if find_spec(kind.package) is None:
        raise UsageError(
            f"{shown(url)}: it needs the extra {kind.extra}: pip install 'newsfeed-pipelines[{kind.extra}]'"
        )
    opened: Callable[[str], Store] = import_module(kind.module).opened
    return opened(url)
