"""Sending: what buckets need of others goes to them, all of it, or just what changed since the last release."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, arrow, flags, int64s
from pipelines.differences import NUMBER, added_up, difference, times
from pipelines.inputs import BucketInputs
from pipelines.owners import without_owners
from pipelines.projections import Exchange, Resending
from pipelines.runs.exchange import Sent, exchange, fetch
from pipelines.runs.staged import BuildContext


def with_sent(sent: Exchange, by: str | None, inputs: BucketInputs, folder: str, context: BuildContext) -> BucketInputs:
    """The inputs with what gives the rows that were sent to a bucket, once all are written to the folder."""
    if sent.before is not None:
        inputs = with_sent(sent.before, by, inputs, folder, context)
    files = exchange(context.engine, partial(_sent, sent, inputs), sent.by or by, context.buckets, folder)
    return replace(inputs, received=partial(_received, sent.schema, files))


def _sent(sent: Exchange, inputs: BucketInputs, bucket: int) -> pa.Table:
    return sent.rows(bucket, inputs).cast(sent.schema)


def _received(schema: pa.Schema, files: tuple[Sent, ...], bucket: int) -> pa.Table:
    return fetch(files, bucket, schema)


@dataclass(frozen=True)
class Resent:
    """What changed of what was sent: the inputs of the last exchange, whose rows are received with their numbers.

    `unknown` has by bucket the owners who are sent all that concerns them, as what they received is not known.
    """

    sent: Exchange
    inputs: BucketInputs
    unknown: Mapping[int, Int64s] = field(default_factory=dict)

    def owners(self, bucket: int, by: str) -> Int64s:
        """Those in a bucket of whom something changed in what they receive."""
        return np.union1d(int64s(self.inputs.received(bucket)[by]), self.unknown.get(bucket, NONE))

    def in_all(self, bucket: int, by: str | None, chosen: BucketInputs) -> pa.Table:
        """All rows that the chosen owners of a bucket have received, whenever that was."""
        stood = _stood(self.sent, bucket, chosen)
        if by is not None and bucket in self.unknown:
            stood = without_owners(stood, by, self.unknown[bucket])
        rows = added_up(pa.concat_tables([times(stood, 1), self.inputs.received(bucket)]))
        if NUMBER in self.sent.schema.names:
            return rows.cast(self.sent.schema)
        each = np.repeat(np.arange(rows.num_rows), np.maximum(int64s(rows[NUMBER]), 0))
        return rows.take(arrow(each, pa.int64())).select(self.sent.schema.names).cast(self.sent.schema)


Rows = Callable[[int], pa.Table]

NONE = np.empty(0, np.int64)


def is_resendable(sent: Exchange) -> bool:
    """Whether just what changed can be sent."""
    return sent.resending is not None and (sent.before is None or is_resendable(sent.before))


def _resending(sent: Exchange) -> Resending:
    if sent.resending is None:
        raise AssertionError("nothing says what changed of what is sent")
    return sent.resending


def _stood(sent: Exchange, bucket: int, chosen: BucketInputs) -> pa.Table:
    told = _resending(sent).stood
    if told is None:
        raise AssertionError("nothing says what had been received")
    return told(bucket, chosen).cast(sent.schema)


def resent(sent: Exchange, by: str | None, inputs: BucketInputs, folder: str, context: BuildContext) -> Resent:
    """What changed of what is sent, written to the folder."""
    stages = list(_stages(sent))
    for stage in stages:
        rows = partial(_changes, stage, inputs, is_last=stage is sent)
        files = exchange(context.engine, rows, stage.by or by, context.buckets, folder)
        signed = partial(_received, _signed(stage.schema), files)
        if stage is not sent:
            inputs = replace(inputs, received=partial(_side, signed, 1), withdrawn=partial(_side, signed, -1))
    return _with_unknown(sent, by, replace(inputs, received=signed), folder, context)


def _stages(sent: Exchange) -> Iterator[Exchange]:
    if sent.before is not None:
        yield from _stages(sent.before)
    yield sent


def _signed(schema: pa.Schema) -> pa.Schema:
    return schema if NUMBER in schema.names else schema.append(pa.field(NUMBER, pa.int64()))


def _side(signed: Rows, sign: int, bucket: int) -> pa.Table:
    """The rows that are sent, or withdrawn."""
    rows = signed(bucket)
    return rows.filter(flags(int64s(rows[NUMBER]) == sign)).drop_columns([NUMBER])


def _changes(stage: Exchange, inputs: BucketInputs, bucket: int, *, is_last: bool) -> pa.Table:
    """The task: what a bucket sends and withdraws; at last only that of which one is not the other."""
    chosen = inputs.choosing(_resending(stage).senders(bucket, inputs)).with_rows_of(*_resending(stage).by_row)
    before, after = (stage.rows(bucket, one).cast(stage.schema) for one in (chosen.as_before(), chosen))
    if is_last:
        return difference(before, after).cast(_signed(stage.schema))
    return pa.concat_tables([times(before, -1), times(after, 1)]).cast(_signed(stage.schema))


def _with_unknown(sent: Exchange, by: str | None, inputs: BucketInputs, folder: str, context: BuildContext) -> Resent:
    """With all rows for those of whom it is not known what they received."""
    engine, resending = context.engine, _resending(sent)
    found = engine.run(partial(_unknown, resending, inputs), range(context.buckets))
    unknown = {bucket: ids for bucket, ids in enumerate(found) if len(ids)}
    key = sent.by or by
    if not unknown or key is None:
        return Resent(sent, inputs)
    everyone = np.sort(np.concatenate(list(unknown.values())))
    task = partial(_toward, sent, inputs, key, everyone)
    files = exchange(engine, task, key, context.buckets, folder)
    received = partial(_together, inputs.received, partial(_received, _signed(sent.schema), files), key, unknown)
    return Resent(sent, replace(inputs, received=received), unknown)


def _unknown(resending: Resending, inputs: BucketInputs, bucket: int) -> Int64s:
    return resending.unknown(bucket, inputs)


def _toward(sent: Exchange, inputs: BucketInputs, key: str, owners: Int64s, bucket: int) -> pa.Table:
    """The task: all that a bucket sends to some owners."""
    chosen = inputs.choosing(_resending(sent).toward(bucket, inputs, owners))
    rows = sent.rows(bucket, chosen).cast(sent.schema)
    here = np.isin(int64s(rows[key]), owners)
    return times(rows.filter(flags(here)), 1).cast(_signed(sent.schema))


def _together(signed: Rows, whole: Rows, key: str, unknown: Mapping[int, Int64s], bucket: int) -> pa.Table:
    """What changed for those of whom all else is known, and all for the others."""
    rows = signed(bucket)
    if bucket in unknown:
        rows = without_owners(rows, key, unknown[bucket])
    return pa.concat_tables([rows, whole(bucket)])
