"""Apache Spark: a classic local session with the Delta jar, a Connect server, or the session of a spark-submit."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import pyarrow as pa
from pyspark import cloudpickle
from pyspark.sql import SparkSession

from pipelines.engines.base import Engine, Item, Result

DELTA = "io.delta:delta-spark_4.2_2.13:4.4.0"
CONF = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
}
LOCAL_CONF = {
    **CONF,
    "spark.master": "local[*]",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.driver.extraJavaOptions": "-Dlog4j2.level=OFF",
    "spark.log.level": "OFF",
}


class SparkEngine(Engine):
    """A Spark session; `run` sends the tasks to its Python workers."""

    def __init__(self, name: str) -> None:
        self._name = name

    @cached_property
    def session(self) -> SparkSession:
        """The session that the engine's name stands for."""
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        if self._name == "spark":
            builder = SparkSession.builder.config(map=LOCAL_CONF)
            return builder.config(map=delta_jars()).getOrCreate()
        if self._name == "submitted":
            return SparkSession.builder.config(map=CONF).getOrCreate()
        session: SparkSession = SparkSession.builder.remote(self._name).getOrCreate()
        for key, value in CONF.items():
            if session.conf.isModifiable(key):
                session.conf.set(key, value)
        return session

    @property
    def slots(self) -> int:
        """As many as the cluster runs at once, as far as its session tells."""
        if self._name.startswith("sc://"):
            return int(self.session.conf.get("spark.sql.shuffle.partitions", "2") or 2)
        return self.session.sparkContext.defaultParallelism

    def run(self, task: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Run each task as a Spark task of its own."""
        if not items:
            return []
        pickled = [cloudpickle.dumps(item) for item in items]

        def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                for index in batch.column(0).to_pylist():
                    result = cloudpickle.dumps(task(cloudpickle.loads(pickled[index])))
                    yield pa.record_batch({"id": [index], "result": pa.array([result], pa.binary())})

        numbers = self.session.range(0, len(items), 1, len(items))
        rows = numbers.mapInArrow(work, "id bigint, result binary").collect()
        by_index = {row.id: cloudpickle.loads(bytes(row.result)) for row in rows}
        return [by_index[index] for index in range(len(items))]

    def close(self) -> None:
        """Stop the session, unless somebody else started it."""
        if "session" in self.__dict__ and self._name != "submitted":
            self.session.stop()


def delta_jars() -> dict[str, str]:
    """The setting that brings the Delta jars: the folder `NEWSFEED_JARS` when it is set, otherwise Maven Central."""
    folder = os.environ.get("NEWSFEED_JARS")
    if folder:
        return {"spark.jars": ",".join(sorted(str(jar) for jar in Path(folder).glob("*.jar")))}
    return {"spark.jars.packages": DELTA}
