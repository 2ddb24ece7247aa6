"""Accounts: what a store has of each view once all changes are written, by the rows that it reads back."""

from collections.abc import Mapping

import pyarrow as pa

from pipelines.hashing import content_hash
from pipelines.stores.base import Content, Stored, StoreError


class DifferError(StoreError):
    """What was written is not what the release has: nothing of it is gone on with."""


class Accounts:
    """The rows of each view and the sum of their hashes, kept while changes are written."""

    def __init__(self, before: Mapping[str, Content]) -> None:
        self._found = {view: (content.rows, int(content.content_hash)) for view, content in before.items()}

    @property
    def found(self) -> Mapping[str, Content]:
        """What there is of each view; another one goes on from that."""
        return {view: Content(rows, str(total), 0) for view, (rows, total) in self._found.items()}

    def went(self, view: str, rows: pa.Table) -> None:
        """Rows that were there are no more."""
        self._add(view, -1, rows)

    def came(self, view: str, rows: pa.Table) -> None:
        """Rows were written, and are as they were read back."""
        self._add(view, 1, rows)

    def require(self, url: str, stored: Stored) -> None:
        """Raise StoreError unless the rows are those of the release, by number and content hash."""
        for view, content in stored.views.items():
            rows, total = self._found.get(view, (0, 0))
            if rows != content.rows:
                raise DifferError(
                    f"{url}: {view} of release {stored.release}: expected {content.rows:,} rows, found {rows:,}; "
                    "what was served before is served on"
                )
            if total != int(content.content_hash):
                raise DifferError(
                    f"{url}: {view} of release {stored.release}: the rows read back are others than those of the "
                    "release; what was served before is served on"
                )

    def _add(self, view: str, sign: int, rows: pa.Table) -> None:
        total = sum(map(content_hash, rows.combine_chunks().to_batches()))
        before = self._found.get(view, (0, 0))
        self._found[view] = before[0] + sign * rows.num_rows, before[1] + sign * total
