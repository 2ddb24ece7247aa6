"""The ways to bring rows to their buckets: by files of ours, by Spark's shuffle of pieces, or of rows."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s
from pipelines.engines import Engine
from pipelines.hashing import content_hash
from pipelines.runs import exchange as files
from pipelines.runs.exchange import by_bucket, fetch
from pipelines.storage.staging import tables_in

TO = "followee_id"
SCHEMA = pa.schema([(TO, pa.int64()), ("follower_id", pa.int64()), ("event_time", pa.timestamp("us", "UTC"))])
SHUFFLED = "_bucket int, piece binary"
ROWS = "_bucket int, followee_id bigint, follower_id bigint, event_time timestamp"


class Received(NamedTuple):
    """How many rows a bucket received, and their hash."""

    rows: int
    hash: int


class Trial(NamedTuple):
    """Where the rows of each sender are, how many buckets there are, and where those tell that they have theirs."""

    place: str
    buckets: int
    done: str

    def sent(self, sender: int) -> pa.Table:
        """The rows of a sender."""
        return next(iter(tables_in(f"{self.place}/{sender}")))

    def targets(self, rows: pa.Table) -> Int64s:
        """The bucket of each row."""
        return files.targets(rows, TO, self.buckets)

    def received(self, bucket: int, rows: pa.Table) -> Received:
        """What a bucket tells of its rows; a file says that it was here."""
        Path(self.done, str(bucket)).touch()
        return Received(rows.num_rows, sum(map(content_hash, rows.to_batches())) % (1 << 63))


Way = Callable[[Engine, Trial, str], dict[int, Received]]


def by_files(engine: Engine, trial: Trial, folder: str) -> dict[int, Received]:
    """As runs do it: a file for each sender, which its receivers open."""
    sent = files.exchange(engine, trial.sent, TO, trial.buckets, folder)
    return dict(enumerate(engine.run(partial(_fetched, trial, sent), range(trial.buckets))))


def _fetched(trial: Trial, sent: tuple[files.Sent, ...], bucket: int) -> Received:
    return trial.received(bucket, fetch(sent, bucket, SCHEMA))


def by_pieces(engine: Engine, trial: Trial, folder: str) -> dict[int, Received]:
    """Spark's shuffle of pieces: a row for each sender and bucket, whose rows are in Arrow's format."""
    return _shuffled(engine, trial, partial(_pieces, trial), SHUFFLED, partial(_joined, trial))


def by_rows(engine: Engine, trial: Trial, folder: str) -> dict[int, Received]:
    """Spark's shuffle of the rows themselves."""
    return _shuffled(engine, trial, partial(_numbered, trial), ROWS, partial(_whole, trial))


def _shuffled(engine: Engine, trial: Trial, send: Any, schema: str, receive: Any) -> dict[int, Received]:
    senders = engine.session.range(0, trial.buckets, 1, trial.buckets)
    shuffled = senders.mapInArrow(send, schema).repartitionById(trial.buckets, "_bucket")
    found = shuffled.mapInArrow(receive, "bucket int, rows bigint, hash bigint").collect()
    return {row.bucket: Received(row.rows, row.hash) for row in found}


def _senders(batches: Iterator[pa.RecordBatch]) -> Iterator[int]:
    for batch in batches:
        yield from batch.column(0).to_pylist()


def _pieces(trial: Trial, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for sender in _senders(batches):
        rows = trial.sent(sender)
        numbers, pieces = list[int](), list[bytes]()
        for bucket, of_bucket in by_bucket(trial.targets(rows), rows):
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, of_bucket.schema) as stream:
                stream.write_table(of_bucket)
            numbers.append(bucket)
            pieces.append(sink.getvalue().to_pybytes())
        yield pa.record_batch({"_bucket": pa.array(numbers, pa.int32()), "piece": pa.array(pieces, pa.binary())})


def _numbered(trial: Trial, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for sender in _senders(batches):
        rows = trial.sent(sender)
        numbers = pa.array(trial.targets(rows).astype(np.int32))
        yield from rows.add_column(0, "_bucket", numbers).to_batches(100_000)


def _joined(trial: Trial, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    found, bucket = list[pa.Table](), None
    for batch in batches:
        for number, piece in zip(batch.column(0).to_pylist(), batch.column(1), strict=True):
            bucket = number
            found.append(pa.ipc.open_stream(piece.as_buffer()).read_all())
    yield from _told(trial, bucket, found)


def _whole(trial: Trial, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    found, bucket = list[pa.Table](), None
    for batch in batches:
        if batch.num_rows:
            bucket = batch.column(0)[0].as_py()
            found.append(pa.Table.from_batches([batch]).drop_columns(["_bucket"]))
    yield from _told(trial, bucket, found)


def _told(trial: Trial, bucket: int | None, found: list[pa.Table]) -> Iterator[pa.RecordBatch]:
    if bucket is not None:
        told = trial.received(bucket, pa.concat_tables(found))
        columns = {
            "bucket": pa.array([bucket], pa.int32()),
            "rows": pa.array([told.rows]),
            "hash": pa.array([told.hash]),
        }
        yield pa.record_batch(columns)


WAYS: dict[str, Way] = {"files": by_files, "pieces": by_pieces, "rows": by_rows}
