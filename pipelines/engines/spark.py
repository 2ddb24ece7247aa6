"""Apache Spark in its classic form: local, with the Delta jars, or the session of a `spark-submit`."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import cached_property

from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from pipelines.engines.base import CONF, Engine, EngineError, Item, Result
from pipelines.engines.connect import CONNECT_MODE
from pipelines.engines.jars import delta_jars
from pipelines.engines.tasks import run_in_workers

SPARK_CONF = {
    **CONF,
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",  # listing 5,000 files: 0.8 s, not 10 s
}
LOG_LEVEL = "spark.log.level"
LOCAL_CONF = {
    **SPARK_CONF,
    "spark.master": "local[*]",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.databricks.delta.snapshotPartitions": "2",
}


class SubmittedSpark(Engine):
    """The session of the `spark-submit` that started this process; `run` sends the tasks to its Python workers."""

    @cached_property
    def session(self) -> SparkSession:
        """The session that there is, with this project's settings; it logs warnings unless it is told what to log."""
        quiet = {} if "SPARK_REMOTE" in os.environ else _log_level()
        return SparkSession.builder.config(map={**SPARK_CONF, **quiet}).getOrCreate()

    @cached_property
    def slots(self) -> int:
        """As many as the cluster runs at once; asked after a task, before which executors may not be there yet."""
        self.run(abs, [0])
        return self.session.sparkContext.defaultParallelism

    @property
    def shares_memory(self) -> bool:
        """Tasks are worker processes."""
        return False

    def run(self, task: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Run each task as a Spark task of its own."""
        return run_in_workers(self.session, task, items)

    def close(self) -> None:
        """Leave the session to the `spark-submit`."""


class LocalSpark(SubmittedSpark):
    """A Spark of this machine's cores, with its Java process."""

    def __init__(self, *, verbose: bool = False) -> None:
        self._verbose = verbose
        self._connect_mode: str | None = None

    @cached_property
    def session(self) -> SparkSession:
        """A session of a Java process that says nothing on the terminal unless this engine is verbose."""
        if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
            raise EngineError("the engine 'spark' needs Java 17 or newer: 'java' is not on the path")
        os.environ["PYSPARK_PYTHON"] = sys.executable
        self._connect_mode = os.environ.pop(CONNECT_MODE, None)
        conf = SparkConf().setAll([*LOCAL_CONF.items(), ("spark.jars", ",".join(delta_jars()))])
        return SparkSession(_context(conf, verbose=self._verbose))

    def close(self) -> None:
        """Stop the session and its Java process."""
        if "session" in self.__dict__:
            self.session.stop()
            _end_java()
            del self.session
            if self._connect_mode is not None:
                os.environ[CONNECT_MODE] = self._connect_mode


def _log_level() -> dict[str, str]:
    """What a job that is submitted logs once its session is there: warnings, unless `spark.log.level` is set."""
    SparkContext._ensure_initialized()  # noqa: SLF001 (the settings of the `spark-submit` are in its Java process)
    return {} if SparkConf().contains(LOG_LEVEL) else {LOG_LEVEL: "WARN"}


def _end_java() -> None:
    """End the Java process, which PySpark would keep to the end of this one, and let the next session start its own."""
    gateway = SparkContext._gateway  # noqa: SLF001 (there is no public way)
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()  # Java ends with its standard input
        gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001


def _context(conf: SparkConf, *, verbose: bool) -> SparkContext:
    """A context whose Java process writes to the terminal or to a file; the file's end is shown when it fails."""
    if verbose:
        return SparkContext(conf=conf)
    conf.set(LOG_LEVEL, "OFF")
    with tempfile.TemporaryFile("w+") as log:
        try:
            return SparkContext(conf=conf, gateway=launch_gateway(conf, {"stdout": log, "stderr": log}))
        except (PySparkException, Py4JError) as fault:
            log.seek(0)
            raise EngineError(f"Spark does not start: {fault}\n{log.read()[-2000:]}") from fault
