"""Caps: about how many rows another cap leaves of a table, or adds to it."""

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, int64s
from pipelines.errors import NewsfeedError
from pipelines.runs.amounts import Amount, Stored

PROFILES = "views/profile"
COUNTS = ["followers", "followees", "posts", "likes_received"]


def _entries(profiles: pa.Table) -> Int64s:
    """Of each user about how many entries a newsfeed without a cap would have: each followee posts as the mean one."""
    followers, followees, posts = (int64s(profiles[name]) for name in ("followers", "followees", "posts"))
    return posts + followees * int(followers @ posts) // max(1, int(followers.sum()))


def _notices(profiles: pa.Table) -> Int64s:
    """Of each user about how many notifications there would be: most are of follows and of likes."""
    return int64s(profiles["followers"]) + int64s(profiles["likes_received"])


WITHOUT: Mapping[str, Callable[[pa.Table], Int64s]] = {"views/newsfeed": _entries, "views/notifications": _notices}


def with_cap(name: str, column: str, files: Stored, profiles: Stored, caps: tuple[int, int]) -> Amount:
    """About what a table has with the second of two caps, which numbers rows in a column, and has the first now.

    What a lower one leaves is counted, what a higher one adds is told from profiles; all is as it is where these, or
    rows, cannot be read.
    """
    before, after = caps
    try:
        if after < before:
            numbers = int64s(files.some([column])[column].cast(pa.int64()))
            return files.whole.share(int(np.count_nonzero(numbers <= after)), len(numbers))
        rows = WITHOUT[name](profiles.some(COUNTS)) if name in WITHOUT else np.zeros(0, np.int64)
    except NewsfeedError:
        return files.whole
    now, then = (int(np.minimum(rows, cap).sum()) for cap in caps)
    return files.whole.share(then, now) if now else files.whole
