"""What an engine offers: a session for DataFrames, and tasks over items."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from pipelines.errors import NewsfeedError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Item = TypeVar("Item")
Result = TypeVar("Result")

CONF = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",  # the only one that Sail reads
}


class EngineError(NewsfeedError):
    """An engine cannot be had; the message says why."""

    transient = True


def need_spark(what: str) -> None:
    """Raises EngineError when Apache Spark is not installed: the core has just PySpark's client."""
    from importlib.util import find_spec

    from pyspark import __version__

    if find_spec("pyspark.core") is None or find_spec("py4j") is None:
        needed = f"the extra 'spark', which is not installed: pip install pyspark=={__version__}"
        raise EngineError(f"{what} needs Apache Spark itself, {needed}")


class Engine(ABC):
    """A place where jobs run."""

    @property
    @abstractmethod
    def session(self) -> "SparkSession":
        """The session for DataFrames, in UTC, started when it is first asked for."""

    @property
    @abstractmethod
    def slots(self) -> int:
        """How many tasks run at once."""

    @property
    @abstractmethod
    def shares_memory(self) -> bool:
        """Whether all tasks run in this process, so that what one holds others can use."""

    @abstractmethod
    def run(self, task: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """The task's result for each item, in order; a task may run on another machine, or twice.

        Raises what the first failing task, in the order of the items, raised.
        """

    @abstractmethod
    def close(self) -> None:
        """Stop what this engine started; a second time changes nothing."""
