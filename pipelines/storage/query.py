"""SQL over exact versions of Delta tables, without an engine and without loading one."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from deltalake import DeltaTable, QueryBuilder

from pipelines.errors import NewsfeedError, UsageError, is_of_the_system, line_of
from pipelines.storage import delta
from pipelines.storage.checksums import verify_all
from pipelines.storage.places import PlaceError
from pipelines.storage.statements import reads

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN = 80
"""How much of a query that is refused is told."""

Outcome = TypeVar("Outcome")


class NoQuery(UsageError):
    """What is asked is no query that only reads."""


class QueryError(NewsfeedError):
    """The SQL cannot be planned or run."""


@dataclass(frozen=True)
class Result:
    """The result of a query: its schema, of which names need not be distinct, and its rows, read as they are asked for.

    Reading them raises QueryError.
    """

    schema: "pa.Schema"
    batches: "Iterator[pa.RecordBatch]"


def query(tables: Mapping[str, DeltaTable], sql: str) -> Result:
    """The result of a query that only reads. Raises NoQuery, QueryError, DamagedFile."""
    import pyarrow as pa

    stream = pa.RecordBatchReader.from_stream(_stream(tables, sql))
    return Result(stream.schema, _batches(stream))


def rows(tables: Mapping[str, DeltaTable], sql: str) -> list[dict[str, Any]]:
    """The result, of columns of which each has a name of its own, as dicts. Raises QueryError, DamagedFile."""
    with telling():
        found = apart(_stream(tables, sql).read_all)
    columns = [column.to_pylist() for column in found.columns]
    return [dict(zip(found.column_names, row, strict=True)) for row in zip(*columns, strict=True)]


def _stream(tables: Mapping[str, DeltaTable], sql: str) -> Any:
    """The result as deltalake gives it, which Arrow reads by the protocol of its C streams.

    All files of the tables are verified before, as DataFusion does not.
    """
    if not reads(sql):
        found = sql if len(sql) <= SHOWN else f"{sql[:SHOWN]}…"
        raise NoQuery(f"QUERY: expected one that begins with SELECT, WITH or VALUES, found {found!r}")
    verify_all(chain.from_iterable(map(delta.files, tables.values())))
    builder = QueryBuilder()
    for name, handle in tables.items():
        builder.register(name, handle)
    with telling():
        return apart(lambda: builder.execute(sql))


def _batches(stream: "pa.RecordBatchReader") -> "Iterator[pa.RecordBatch]":
    with telling():
        while (batch := apart(lambda: next(stream, None))) is not None:
            yield batch


def apart(work: Callable[[], Outcome]) -> Outcome:
    """What work gives that is done in a thread of its own, so that an interrupt does not wait for it to end."""
    outcome: Future[Outcome] = Future()

    def do() -> None:
        try:
            outcome.set_result(work())
        except BaseException as fault:  # noqa: BLE001 (it is raised where the result is awaited)
            outcome.set_exception(fault)

    Thread(target=do, daemon=True).start()
    return outcome.result()


@contextmanager
def telling() -> Iterator[None]:
    """Tell what is wrong with a query, which may show only while its result is read, as a QueryError on one line.

    Where it is none of the query, but of the files or their server, as a PlaceError, which may pass.
    """
    try:
        yield
    except NewsfeedError:
        raise
    except Exception as fault:
        if is_of_the_system(fault):
            raise PlaceError(line_of(fault)) from fault
        told = " ".join(str(fault).removeprefix("Generic DeltaTable error: ").split())
        raise QueryError(f"cannot run the query: {told}") from fault
