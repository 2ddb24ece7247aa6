"""Choosing: why a table is sooner made anew than of what it was and of what changed in what it is made of."""

from collections.abc import Mapping

from pipelines.projections import BucketProjection
from pipelines.releases.release import Release

MOST = 1 / 400
"""Where more owners than so many a row of what a view is made of are touched, it is quicker to make all of it anew."""

TAKES_LONGER = "to merge all that changed would take longer"
OF_UNKNOWN = "what changed in a relation that was made anew is not known"
MOST_TOUCHED = "most of its owners are touched"

Touched = Mapping[str, int | None]
"""By relation of how many owners something may have changed since the last release, None where that is not known."""


def why_anew(name: str, projection: BucketProjection, touched: Touched, last: Release) -> str | None:
    """Why a table of the last release is not merged with what changed in relations; None when it is."""
    if any(touched.get(read, 0) is None for read in projection.reads):
        return OF_UNKNOWN
    return TAKES_LONGER if _is_sent(name, projection) and _is_much(projection, touched, last) else None


def _is_sent(name: str, projection: BucketProjection) -> bool:
    """Whether buckets send to a view what it is made of; what is made of events is not."""
    return not name.startswith("relations/") and projection.exchange is not None and "events" not in projection.reads


def _is_much(projection: BucketProjection, touched: Touched, last: Release) -> bool:
    owners = sum(touched.get(read) or 0 for read in projection.reads)
    return owners > MOST * sum(last.tables[f"relations/{read}"].rows for read in projection.reads)
