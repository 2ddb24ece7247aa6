"""Views: what is served. A new one is one file and its name in VIEWS."""

from importlib import import_module
from typing import TYPE_CHECKING

from pipelines.errors import UsageError

if TYPE_CHECKING:
    from pipelines.projections import AnyProjection

VIEWS = (
    "newsfeed",
    "user_timeline",
    "profile",
    "followers",
    "followees",
    "posts",
    "post_stats",
    "notifications",
    "user_directory",
    "daily_activity",
)


class UnknownView(UsageError):
    """There is no such view."""


def unknown_view(name: str) -> UnknownView:
    """What to say of a view that there is not."""
    return UnknownView(f"there is no view {name!r}: expected one of {', '.join(VIEWS)}")


def named_in(sql: str) -> list[str]:
    """The views whose names occur in a query: it can read no others."""
    return [view for view in VIEWS if view in sql.lower()]


def load_view(name: str) -> "AnyProjection":
    """A view by name."""
    found: AnyProjection = import_module(f"pipelines.views.{name}").VIEW
    return found


def load_views() -> "dict[str, AnyProjection]":
    """The views by name."""
    return {name: load_view(name) for name in VIEWS}
