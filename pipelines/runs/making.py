"""Making: whom of a bucket a batch touches, and the rows that a projection makes of them, or of what changed."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, flags, int64s
from pipelines.differences import NUMBER
from pipelines.inputs import BucketInputs
from pipelines.projections import BucketProjection
from pipelines.ranges import GREATEST, LEAST, FileRange
from pipelines.runs.sending import Resent

TOLD = "told"
"""In place of a file: rows that came, or went."""


@dataclass(frozen=True)
class Making:
    """What makes a projection's rows, with what was sent: all of it, or what changed."""

    projection: BucketProjection
    sending: BucketInputs | Resent

    @property
    def inputs(self) -> BucketInputs:
        """What tasks read."""
        return self.sending.inputs if isinstance(self.sending, Resent) else self.sending

    def owners(self, bucket: int) -> Int64s | None:
        """Those of whom something may have changed, said by the projection, by events or by what is sent to them.

        None where that is not known.
        """
        owners = self.projection.touched(bucket, self.inputs)
        if owners is None:
            return None
        by = str(self.projection.table.bucket_by)
        told = [int64s(self.inputs.extracted(one, bucket)[str(one.by)]) for one in self.projection.extracts]
        sent = [self.sending.owners(bucket, by)] if isinstance(self.sending, Resent) else []
        return np.unique(np.concatenate([owners, *told, *sent]))

    def rows(self, bucket: int, owners: Int64s | None, held: dict[str, pa.Table]) -> pa.Table:
        """The rows of some owners of a bucket, of all when they are not known; perhaps those of others too.

        `held` has the rows of files that were read already.
        """
        table, inputs = self.projection.table, replace(self.inputs, held=held)
        if owners is not None:
            inputs = inputs.choosing(dict.fromkeys((table, *self.projection.beside), owners))
        if isinstance(self.sending, Resent):
            received = self.sending.in_all(bucket, table.bucket_by, inputs)
            inputs = replace(inputs, received=lambda _: received)
        return self._merged(bucket, inputs)

    def rows_told(self, bucket: int, number: int) -> pa.Table:
        """The rows, made row by row, of those that came, with the number 1, or of those that went, with -1."""
        inputs = self.inputs
        if isinstance(self.sending, Resent):
            rows = _numbered(inputs.received(bucket), number)
            return self._merged(bucket, replace(inputs, received=lambda _: rows))
        (read,) = self.projection.beside
        rows = _numbered(inputs.differences(read.name, bucket), number)
        of_them = {read.name: (FileRange(bucket, LEAST, GREATEST, TOLD),)}
        return self._merged(bucket, replace(inputs, places=of_them, held={TOLD: rows}))

    def _merged(self, bucket: int, inputs: BucketInputs) -> pa.Table:
        return pa.Table.from_batches(self.projection.merge(bucket, inputs), self.projection.table.arrow)


def _numbered(rows: pa.Table, number: int) -> pa.Table:
    """The rows with a number, without it."""
    return rows.filter(flags(int64s(rows[NUMBER]) == number)).drop_columns([NUMBER])
