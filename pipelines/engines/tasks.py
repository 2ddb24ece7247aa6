"""Tasks on the Python workers of a session: one partition, and so one task of the engine, for each item."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from pyspark import cloudpickle
from pyspark.sql import SparkSession

from pipelines.engines.base import Item, Result


def run_in_workers(session: SparkSession, task: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """The task's result for each item, in order; what a task raises comes back as it was raised there."""
    if not items:
        return []
    pickled = [cloudpickle.dumps(item) for item in items]

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for index in batch.column(0).to_pylist():
                outcome = cloudpickle.dumps(_attempt(task, cloudpickle.loads(pickled[index])))
                yield pa.record_batch({"id": pa.array([index], pa.int64()), "outcome": pa.array([outcome])})

    numbers = session.range(0, len(items), 1, len(items))
    rows = numbers.mapInArrow(work, "id bigint, outcome binary").collect()
    outcomes = {row.id: cloudpickle.loads(bytes(row.outcome)) for row in sorted(rows, key=lambda row: int(row.id))}
    for _, fault in outcomes.values():
        if fault is not None:
            raise fault
    return [outcomes[index][0] for index in range(len(items))]


def _attempt(task: Callable[[Any], Any], item: Any) -> tuple[Any, Exception | None]:
    """The task's result, or what it raised; as a plain error of the same words when that cannot be sent back."""
    try:
        return task(item), None
    except Exception as fault:  # noqa: BLE001 (raised again by run_in_workers)
        try:
            cloudpickle.loads(cloudpickle.dumps(fault))
        except Exception:  # noqa: BLE001 (whatever pickling raises)
            return None, RuntimeError(f"{type(fault).__name__}: {fault}")
        return None, fault
