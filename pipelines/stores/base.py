"""What a store is: which release it serves, how another comes there, and what is read of it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from pipelines.arrays import Int64s
from pipelines.errors import NewsfeedError
from pipelines.reading.reader import Views
from pipelines.releases.release import NothingReleased

Row = dict[str, Any]


OWNERS: Mapping[str, str] = {
    "newsfeed": "reader_id",
    "user_timeline": "author_id",
    "notifications": "user_id",
    "followers": "user_id",
    "followees": "user_id",
    "profile": "user_id",
    "posts": "post_id",
    "post_stats": "post_id",
    "user_directory": "user_id",
}
"""The views that stores can have, with the column that says whose a row is."""
PAGED: Mapping[str, tuple[str, ...]] = {
    "newsfeed": ("-entered_at", "-post_id"),
    "user_timeline": ("-entered_at", "-post_id", "kind"),
    "followers": ("follower_id",),
    "followees": ("followee_id",),
    "notifications": ("-notified_at", "kind", "actor_id", "-post_id"),
}
"""By which columns, `-` meaning descending, the rows of an owner are ordered, of views of which pages are read.

No two rows of an owner are equal in all of these, whatever else comes and goes; a null is less than any value.
"""


class StoreError(NewsfeedError):
    """A store cannot be reached, read or written, or is none; the message says which and why."""

    def __init__(self, message: str, *, transient: bool = False) -> None:
        super().__init__(message)
        self.transient = transient


class NothingPublished(StoreError, NothingReleased):
    """A store serves nothing yet, or lost what it served."""

    def __init__(self, store: str) -> None:
        super().__init__(f"{store}: nothing was published there yet: `newsfeed publish {store}` does")


class Content(NamedTuple):
    """What a store has of a view: how many rows, their content hash, and which version of the view made them."""

    rows: int
    content_hash: str
    projection: int


@dataclass(frozen=True)
class Stored:
    """The release that a store serves, of the lake whose log has this id, and what it has of each view."""

    lake: str
    release: int
    views: Mapping[str, Content]


class Change(NamedTuple):
    """Owners of rows of a view whose rows are others than before, and all rows that they have now, in the view's order.

    An owner is an id in the column that chooses a row's bucket: a user, or a post. Owners ascend; one without rows has
    none any more.
    """

    view: str
    owners: Int64s
    rows: pa.Table


SECRETS = ("password", "sslpassword", "ssl_password")
"""What settings of a URL are called that are not shown."""


def shown(url: str) -> str:
    """A URL of any form without the password that it may have, wherever that stands."""
    scheme, colon, rest = url.partition("://")
    if not colon:
        return url
    place, _, query = rest.partition("?")
    who, at, where = place.rpartition("@")
    user, has_password, _ = who.partition(":")
    told = [one for one in query.split("&") if one and one.partition("=")[0].lower() not in SECRETS]
    return f"{scheme}://{user}{':…' if has_password else ''}{at}{where}" + (f"?{'&'.join(told)}" if told else "")


class Writing(Protocol):
    """A publish to a store: changes are written one after another, the same ones in the same order each time.

    What is written is durable in portions. A publish that was killed is gone on with by one of the same plan.
    """

    @property
    def done(self) -> int:
        """How many of the first changes are there already, from a publish that was killed, and are not written."""

    def write(self, change: Change) -> None:
        """Write the next change. Raises StoreError."""


class Snapshot(Views, Protocol):
    """What a store has of one release, whole, whatever is published meanwhile."""

    @property
    def stored(self) -> Stored:
        """Which release that is."""

    def page(self, view: str, owner: int, limit: int, behind: Row | None = None) -> list[Row]:
        """The first rows of an owner in the order of PAGED, of those that stand behind a row, which need not be there.

        Of that row just the columns of this order are asked.
        """

    def people(self, prefix: str, limit: int) -> list[Row]:
        """The rows of `user_directory` whose terms begin with a folded prefix, in the view's order."""


class Store(Protocol):
    """A store that a URL names, with the password that it may have: `shown` is what may be printed of it."""

    url: str
    views: tuple[str, ...]

    def stored(self) -> Stored | None:
        """Which release it serves; None when nothing was published there. Raises StoreError."""

    def publishing(self, stored: Stored, *, whole: bool, plan: str) -> AbstractContextManager[Writing]:
        """Write changes, all of which are served, as this release, once the block ends; none if it raises, or dies.

        `whole`: nothing of what is there stays. Nobody else publishes there within the block, in which `stored` says
        what is served still. What there is of a publish that did not end is gone on with where its `plan` was the same,
        and dropped else. Raises StoreError, also where what is written is not what the release has.
        """

    def reading(self) -> AbstractContextManager[Snapshot]:
        """Read what is served. Raises StoreError."""

    def close(self) -> None:
        """Let go of it."""
