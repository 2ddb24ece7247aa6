"""Long lines that have left the quarantine: their files go once no row refers to them."""

import re

from pipelines.landing import quarantine
from pipelines.storage import delta, folders, places
from pipelines.storage.lake import Lake

DIGEST = re.compile("[0-9a-f]{64}")


def remove_outlived(lake: Lake) -> None:
    """Remove the files of long lines that no row refers to, unless a command is at work that may write such a row.

    It is to be called without a scratch folder. Raises DamagedFile when not all rows can be read, PlaceError.
    """
    left = set(filter(DIGEST.fullmatch, folders.sizes(lake.quarantine_raw)))
    if not left:
        return
    version = _version(lake)
    for rows in quarantine.rows_of(lake, ["raw_sha256"]):
        left.difference_update(rows["raw_sha256"].to_pylist())
    if not lake.is_in_use() and _version(lake) == version:
        for digest in left:
            places.remove(places.join(lake.quarantine_raw, digest))


def _version(lake: Lake) -> int | None:
    handle = delta.find(lake.quarantine)
    return None if handle is None else int(handle.version())
