"""A Spark standalone cluster on loopback, of the PySpark package: a master and workers, each a Java process.

`python -m tests.servers.cluster up` and `down`, or `make cluster-up` and `make cluster-down`. What is submitted to it
runs in executors, Java processes that the workers start, below `FOLDER/work`, and in their Python workers.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pyspark

from pipelines.engines.jars import delta_jars
from tests.servers.command import STATE, main
from tests.servers.processes import Process
from tests.spark_process import QUICK_JAVA
from tests.surroundings import environment

SPARK_HOME = Path(pyspark.__file__).parent
SUBMIT = SPARK_HOME / "bin" / "spark-submit"
MASTER, WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"
STARTS_WITHIN = 60.0
"""Seconds until all workers have told the master that they are there."""
DIRECTLY = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Cluster:
    """A master at a port of 127.0.0.1, its page at another, and workers with some cores and so much memory each."""

    folder: Path
    port: int = 17077
    page: int = 18180
    workers: int = 2
    cores: int = 1
    memory: str = "2g"

    @property
    def url(self) -> str:
        """The master, as `spark-submit --master` wants it."""
        return f"spark://127.0.0.1:{self.port}"

    @property
    def master(self) -> Process:
        """The master."""
        return Process(self.folder, "master")

    def worker(self, number: int) -> Process:
        """A worker, from 1 on; the executors that it started are of its session, and are killed with it."""
        return Process(self.folder, f"worker-{number}")

    def start(self) -> str:
        """Start it and wait until all workers are there. Raises ServerError."""
        self.master.start(
            spark_class(MASTER, "--host", "127.0.0.1", "--port", str(self.port), "--webui-port", str(self.page)),
            self._environment(),
        )
        self.master.wait_until(self.state, STARTS_WITHIN)
        for number in range(1, self.workers + 1):
            self.start_worker(number)
        self.master.wait_until(lambda: self.alive() == self.workers, STARTS_WITHIN)
        return (
            f"Spark at {self.url} with {self.workers} workers, its page at http://127.0.0.1:{self.page}; try\n"
            f"PYSPARK_PYTHON={sys.executable} PYTHONPATH={Path.cwd()} {SUBMIT} "
            f"--master {self.url} --jars {','.join(delta_jars())} jobs/run.py --root data/lake-demo --rebuild"
        )

    def start_worker(self, number: int) -> None:
        """Start a worker, or one in the place of one that has ended."""
        command = spark_class(WORKER, "--host", "127.0.0.1", "--cores", str(self.cores), "--memory", self.memory)
        work = ["--webui-port", "0", "--work-dir", str(self.folder / "work"), self.url]
        self.worker(number).start([*command, *work], self._environment())

    @property
    def conf(self) -> dict[str, str]:
        """What a `spark-submit` to it sets: Java that starts soon, an executor for each worker."""
        cores = {"spark.cores.max": str(self.workers * self.cores), "spark.scheduler.minRegisteredResourcesRatio": "1"}
        java = {f"spark.{part}.extraJavaOptions": QUICK_JAVA for part in ("driver", "executor")}
        quick = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "4", "spark.executor.memory": "1g"}
        return cores | java | quick | {"spark.databricks.delta.snapshotPartitions": "2"}

    def options(self) -> list[str]:
        """The options of a `spark-submit` to it."""
        options = ["--master", self.url, "--jars", ",".join(delta_jars())]
        for name, value in self.conf.items():
            options += ["--conf", f"{name}={value}"]
        return options

    def stop(self) -> None:
        """Stop the workers, which end their executors, and then the master."""
        for number in range(1, self.workers + 1):
            self.worker(number).stop()
        self.master.stop()

    def state(self) -> dict[str, Any]:
        """What the master knows: workers, applications, drivers. Raises OSError when it does not answer."""
        with DIRECTLY.open(f"http://127.0.0.1:{self.page}/json/", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def alive(self) -> int:
        """How many workers the master takes to be there."""
        return sum(worker["state"] == "ALIVE" for worker in self.state()["workers"])

    def _environment(self) -> dict[str, str]:
        return environment(
            SPARK_HOME=str(SPARK_HOME),
            SPARK_LOCAL_IP="127.0.0.1",
            SPARK_DAEMON_MEMORY="256m",
            SPARK_DAEMON_JAVA_OPTS=QUICK_JAVA,
        )


def spark_class(*arguments: str) -> list[str]:
    """The command of one of Spark's own programs."""
    return [str(SPARK_HOME / "bin" / "spark-class"), *arguments]


if __name__ == "__main__":
    sys.exit(main("cluster", Cluster(Path(os.curdir).absolute() / STATE / "cluster"), sys.argv[1:]))
