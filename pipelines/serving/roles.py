"""Which store is for which views."""

from typing import TYPE_CHECKING

from pipelines.errors import UsageError
from pipelines.serving.reading import Reading
from pipelines.storage import places
from pipelines.storage.lake import Lake
from pipelines.stores.opening import store_of
from pipelines.views import VIEWS

if TYPE_CHECKING:
    from pipelines.stores.base import Store

LAKE = "lake"
QUICK, INDEX = "lmdb:", "search:"
ROLES = {
    "feeds": ("newsfeed", "notifications"),
    "profiles": ("profile", "posts", "post_stats", "followers", "followees", "user_timeline", "notifications"),
    "store": VIEWS,
}
"""What each of the stores that are given is for; the first that has a view serves it."""


def reading_of(lake: Lake, store: str | None, search: str | None = None, **given: str | None) -> Reading:
    """What reads each view from the store that is given for it, by its URL, and searches an index.

    `store` is for all others: a file beside the lake when None, where that is local. Raises UsageError, StoreError.
    """
    if search is not None and not search.startswith(INDEX):
        raise UsageError(f"--search: expected an index such as search:PATH, found {search}")
    if store is None and not places.is_url(lake.root):
        store = f"{QUICK}{places.join(lake.root, 'serving.lmdb')}"
    urls = {role: url for role, url in {**given, "store": store}.items() if url is not None and url != LAKE}
    stores = {url: store_of(url) for url in dict.fromkeys(urls.values())}
    by_view: dict[str, Store] = {}
    for role, views in ROLES.items():
        found = stores.get(urls.get(role, ""))
        if found is not None:
            by_view = {**{view: found for view in views if view in found.views}, **by_view}
    answered = set(VIEWS) - {"daily_activity"}
    urls_read = {one.url for one in by_view.values()}
    is_quick = answered <= by_view.keys() and len(urls_read) == 1 and urls_read.pop().startswith(QUICK)
    index = None if search is None else store_of(search)
    used = {url: one for url, one in stores.items() if any(one is read for read in by_view.values())}
    return Reading(lake, by_view, is_quick, index, used if search is None or index is None else used | {search: index})
