"""Rows between buckets on a Spark cluster: by files of ours, or by Spark's shuffle of pieces, or of rows; by turns.

`python -m benchmarks.exchange LAKE --buckets 64` takes the follows of a lake's last release, which lie by follower, to
the buckets of those who are followed, on a cluster that it starts. What it prints of each way: seconds by the clock
and of all processors, and the most megabytes that the driver's Python and its Java held; each way must bring each
bucket the same rows. `--hdfs` has our files on an HDFS of two DataNodes that it starts, as on a cluster, where each
executor has to find them; Spark's shuffle lies on the executors' disks. `--kill` ends an executor when a quarter of the
buckets has its rows (the processor seconds are then without its own), `--skew` gives one bucket ten times the rows of
the others.
"""

import argparse
import os
import shlex
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.exchange.processes import driver_memory, executors, kill_later, processor
from benchmarks.exchange.senders import prepare
from benchmarks.exchange.ways import WAYS, Received, Trial, Way
from pipelines.engines import Engine, open_engine
from pipelines.engines.connect import CONNECT_MODE
from pipelines.storage import folders, places
from tests.servers.cluster import Cluster
from tests.servers.hdfs import Hdfs
from tests.servers.processes import free_port


class Taken(NamedTuple):
    """What a way takes: by the clock, and of all processors together."""

    seconds: float
    processor: float


@contextmanager
def new_folder(below: str) -> Iterator[str]:
    """A new folder below a place, which is taken away at the end."""
    folder = places.join(below, uuid.uuid4().hex)
    folders.make(folder)
    yield folder
    folders.remove(folder)


class Servers(NamedTuple):
    """A cluster, the HDFS that files are on unless they are local, and the place of files."""

    cluster: Cluster
    hdfs: Hdfs | None
    below: str


def measured(
    servers: Servers, engine: Engine, way: Way, trial: Trial, *, kill: bool
) -> tuple[Taken, dict[int, Received]]:
    """What a way takes, and what the buckets received."""
    cluster, hdfs, below = servers
    with new_folder(below) as folder, tempfile.TemporaryDirectory(dir=Path(trial.done).parent) as seen:
        trial = trial._replace(done=seen)
        killer = kill_later(cluster, Path(seen), trial.buckets // 4) if kill else None
        start, before = time.perf_counter(), processor(cluster, hdfs)
        found = way(engine, trial, folder)
        taken = Taken(time.perf_counter() - start, processor(cluster, hdfs) - before)
    if killer is not None:
        killer.join()
        while not executors(cluster, 1):
            time.sleep(0.1)
    return taken, found


def main() -> int:
    """Print what each way takes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exchange", description=__doc__)
    parser.add_argument("lake")
    parser.add_argument("--buckets", type=int, default=64)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--skew", action="store_true")
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--hdfs", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "senders").mkdir()
        rows = prepare(asked.lake, asked.buckets, Path(work) / "senders", skew=asked.skew)
        print(
            f"{rows:,} rows, {asked.buckets} buckets, skew {asked.skew}, kill {asked.kill}, HDFS {asked.hdfs}",
            flush=True,
        )
        cluster = Cluster(Path(work) / "cluster", free_port(), free_port(), memory="3g")
        hdfs = Hdfs(Path(work) / "hdfs") if asked.hdfs else None
        with ExitStack() as started:
            started.callback(cluster.stop)
            cluster.start()
            if hdfs is not None:
                started.callback(hdfs.stop)
                hdfs.start()
            _measure(Servers(cluster, hdfs, f"{hdfs.url}/exchange" if hdfs else work), asked, Path(work))
    return 0


def _measure(servers: Servers, asked: argparse.Namespace, work: Path) -> None:
    cluster = servers.cluster
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
                one, results[way] = measured(servers, engine, WAYS[way], trial, kill=asked.kill and turn > 0)
                if turn or not asked.repeat:  # the first one warms up
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
