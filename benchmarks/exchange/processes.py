"""Processes: what those of a driver and its cluster take and hold, and the end of an executor."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.servers.cluster import Cluster
from tests.servers.hdfs import Hdfs


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


def processor(cluster: Cluster, hdfs: Hdfs | None) -> float:
    """The processor seconds that the driver, the workers, all that they started, and HDFS have taken so far."""
    sessions = {cluster.worker(number).pid for number in range(1, cluster.workers + 1)}
    sessions |= {node.process.pid for node in (hdfs.namenode, *hdfs.datanodes)} if hdfs else set()
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


def driver_memory() -> tuple[float, float]:
    """The most megabytes that the driver's Python held, and its Java."""
    return resident(os.getpid()), resident(gateway().pid)


def resident(pid: int) -> float:
    """The most megabytes that a process ever held."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1000
    return 0
