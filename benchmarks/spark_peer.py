"""The newsfeed in Spark SQL on this machine, of DuckDB's relations: `python -m benchmarks.spark_peer OUT`."""

import argparse
import json
import os
import sys
from pathlib import Path
from string import Template
from time import perf_counter
from typing import Final

from pyspark.sql import DataFrame, SparkSession

QUERY: Final = Path(__file__).parent / "sql" / "newsfeed.spark.sql"
RELATIONS: Final = ("follows", "hides", "standing_posts", "reposts")
CONF: Final = {
    "spark.master": "local[*]",
    "spark.driver.memory": "8g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "16",
}


def newsfeed(session: SparkSession, out: Path, cap: int) -> DataFrame:
    """The same as newsfeed.sql under the usual policy."""
    for name in RELATIONS:
        session.read.parquet(str(out / f"{name}.parquet")).createOrReplaceTempView(name)
    return session.sql(Template(QUERY.read_text()).substitute(cap=cap))


def write(session: SparkSession, out: Path, cap: int) -> None:
    """Writes the newsfeed into the folder newsfeed-spark."""
    newsfeed(session, out, cap).write.mode("overwrite").parquet(str(out / "newsfeed-spark"))


def main() -> None:
    """Writes the newsfeed; prints the seconds of starting and of the newsfeed as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--cap", type=int, default=800)
    arguments = parser.parse_args()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    start = perf_counter()
    session = SparkSession.builder.config(map=dict(CONF)).getOrCreate()
    session.range(1).count()
    started = perf_counter()
    write(session, arguments.out, arguments.cap)
    seconds = {"start": started - start, "newsfeed": perf_counter() - started}
    session.stop()
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
