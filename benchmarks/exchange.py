"""Rows between buckets on a Spark cluster: by files of ours, or by Spark's shuffle of pieces, or of rows; by turns.

`python -m benchmarks.exchange LAKE --buckets 64` takes the follows of a lake's last release, which lie by follower, to
the buckets of those who are followed, on a cluster that it starts. What it prints of each way: seconds by the clock
and of all processors, and the most megabytes that the driver's Python and its Java held; each way must bring each
bucket the same rows. `--kill` ends an executor when a quarter of the buckets has its rows (the processor seconds are
then without its own), `--skew` gives one bucket ten times the rows of the others.
"""

import argparse
import os
import shlex
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, int64s, no_rows
from pipelines.engines import Engine, open_engine
from pipelines.engines.connect import CONNECT_MODE
from pipelines.hashing import content_hash
from pipelines.releases.release import release
from pipelines.runs import exchange as files
from pipelines.runs.exchange import by_bucket, fetch
from pipelines.storage import datafiles, delta
from pipelines.storage.lake import Lake
from pipelines.storage.staging import tables_in, write_stage
from tests.servers.cluster import Cluster
from tests.servers.processes import free_port

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


def prepare(root: str, senders: int, folder: Path, *, skew: bool) -> int:
    """Write the follows of a lake by sender, whose follower they are; how many there are."""
    lake = Lake.at(root)
    handle = delta.find(lake.relation("follows"), release(lake).tables["relations/follows"].version)
    if handle is None:
        raise SystemExit(f"{root} has no follows")
    places = delta.uris(lake.relation("follows"), handle)
    rows = pa.concat_tables(datafiles.read(place, SCHEMA.names) for place in places).combine_chunks()
    if skew:
        rows = rows.set_column(0, TO, pa.array(skewed(int64s(rows[TO]), senders)))
    for sender, of_sender in by_bucket(int64s(rows["follower_id"]) % senders, rows):
        write_stage(str(folder / str(sender)), [of_sender])
    for sender in range(senders):
        if not (folder / str(sender)).exists():
            write_stage(str(folder / str(sender)), [no_rows(rows.schema)])
    count: int = rows.num_rows
    return count


def skewed(ids: Int64s, buckets: int) -> Int64s:
    """Other ids, of which ten times as many are of bucket 0 as of each other one."""
    drawn = ids % (buckets + 9)
    return ids // buckets * buckets + np.where(drawn < buckets, drawn, 0)


def processes() -> Iterator[tuple[int, int, int, float]]:
    """Of each process: its number, its parent, its session, and the processor seconds of it and its dead children."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks = sum(map(int, told[11:15]))
        yield int(status.parent.name), int(told[1]), int(told[3]), ticks / os.sysconf("SC_CLK_TCK")


def executors(cluster: Cluster, number: int) -> list[int]:
    """The executors of a worker."""
    worker = cluster.worker(number).pid
    return [pid for pid, parent, _, _ in processes() if parent == worker]


def processor(cluster: Cluster) -> float:
    """The processor seconds that the driver, the workers and all that they started have taken so far."""
    sessions = {cluster.worker(number).pid for number in range(1, cluster.workers + 1)}
    driver = {os.getpid(), gateway().pid}
    return sum(taken for pid, _, session, taken in processes() if session in sessions or pid in driver)


def gateway() -> Any:
    """The driver's Java process."""
    from pyspark import SparkContext

    started = SparkContext._gateway  # noqa: SLF001
    if started is None:
        raise SystemExit("no session has been started")
    return started.proc


def kill_later(cluster: Cluster, done: Path, after: int) -> threading.Thread:
    """End the executor of the first worker once so many buckets have their rows."""

    def kill() -> None:
        while sum(1 for _ in done.iterdir()) < after:
            time.sleep(0.005)
        for pid in executors(cluster, 1):
            os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return thread


class Taken(NamedTuple):
    """What a way takes: by the clock, and of all processors together."""

    seconds: float
    processor: float


def measured(
    cluster: Cluster, engine: Engine, way: Way, trial: Trial, *, kill: bool
) -> tuple[Taken, dict[int, Received]]:
    """What a way takes, and what the buckets received."""
    work = Path(trial.done).parent
    with tempfile.TemporaryDirectory(dir=work) as folder, tempfile.TemporaryDirectory(dir=work) as seen:
        trial = trial._replace(done=seen)
        killer = kill_later(cluster, Path(seen), trial.buckets // 4) if kill else None
        start, before = time.perf_counter(), processor(cluster)
        found = way(engine, trial, folder)
        taken = Taken(time.perf_counter() - start, processor(cluster) - before)
    if killer is not None:
        killer.join()
        while not executors(cluster, 1):
            time.sleep(0.1)
    return taken, found


def driver_memory() -> tuple[float, float]:
    """The most megabytes that the driver's Python held, and its Java."""
    return resident(os.getpid()), resident(gateway().pid)


def resident(pid: int) -> float:
    """The most megabytes that a process ever held."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1000
    return 0


def main() -> int:
    """Print what each way takes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exchange", description=__doc__)
    parser.add_argument("lake")
    parser.add_argument("--buckets", type=int, default=64)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--skew", action="store_true")
    parser.add_argument("--kill", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "senders").mkdir()
        rows = prepare(asked.lake, asked.buckets, Path(work) / "senders", skew=asked.skew)
        print(f"{rows:,} rows, {asked.buckets} buckets, skew {asked.skew}, kill {asked.kill}", flush=True)
        cluster = Cluster(Path(work) / "cluster", free_port(), free_port(), memory="3g")
        try:
            cluster.start()
            _measure(cluster, asked, Path(work))
        finally:
            cluster.stop()
    return 0


def _measure(cluster: Cluster, asked: argparse.Namespace, work: Path) -> None:
    os.environ.pop(CONNECT_MODE, None)
    conf = {k: v for k, v in cluster.conf.items() if "extraJava" not in k} | {"spark.executor.memory": "2g"}
    conf["spark.ui.showConsoleProgress"] = "false"
    arguments = ["--master", cluster.url, "--jars", cluster.options()[3]]
    arguments += [part for k, v in conf.items() for part in ("--conf", f"{k}={v}")]
    os.environ["PYSPARK_SUBMIT_ARGS"] = shlex.join([*arguments, "pyspark-shell"])
    os.environ["PYSPARK_PYTHON"] = sys.executable
    trial = Trial(str(work / "senders"), asked.buckets, str(work / "done"))
    taken: dict[str, list[Taken]] = {way: [] for way in asked.ways}
    with open_engine("submitted") as engine:
        if engine.slots != cluster.workers:
            raise SystemExit(f"expected {cluster.workers} tasks at once, found {engine.slots}")
        for turn in range(asked.repeat + 1):
            results = {}
            first = turn % len(asked.ways)
            for way in [*asked.ways[first:], *asked.ways[:first]]:
                one, results[way] = measured(cluster, engine, WAYS[way], trial, kill=asked.kill and turn > 0)
                if turn:  # the first one warms up
                    taken[way].append(one)
                print(f"{turn} {way:6} {one.seconds:6.2f} s {one.processor:6.2f} core-s", *driver_memory(), flush=True)
            for way, found in results.items():
                if _with_rows(found) != _with_rows(results[asked.ways[0]]):
                    raise SystemExit(f"{way} brought other rows")
    for way, each in taken.items():
        seconds, cores = (statistics.median(column) for column in zip(*each, strict=True))
        print(f"{way:6} median {seconds:6.2f} s {cores:6.2f} core-s", flush=True)


def _with_rows(found: dict[int, Received]) -> dict[int, Received]:
    return {bucket: one for bucket, one in found.items() if one.rows}


if __name__ == "__main__":
    raise SystemExit(main())
