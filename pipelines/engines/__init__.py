"""One function gives an engine: where tasks run and where DataFrames live. Nothing else knows which one it is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from pipelines.engines.base import Engine, EngineError, need_spark
from pipelines.errors import UsageError

__all__ = ["ENGINES", "Engine", "EngineError", "UnknownEngine", "open_engine"]

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # read at its import; with it some forks of this process abort

ENGINES = ("sail", "spark", "submitted", "sc://HOST:PORT")


class UnknownEngine(EngineError, UsageError):
    """No engine has that name."""

    transient = False


@contextmanager
def open_engine(name: str = "sail", *, verbose: bool = False, memory: int | None = None) -> Iterator[Engine]:
    """An engine by name, stopped at the end; it says nothing on the terminal unless it is verbose.

    `sail` is embedded, `spark` classic local with the Delta jars, `sc://HOST:PORT` a Spark Connect server, and
    `submitted` the session of the `spark-submit` that started the job. `memory` limits the bytes that Sail's DataFrames
    hold at once; a Spark has its own settings.

    Raises UnknownEngine at once, EngineError at once when Apache Spark is not installed for the two that are Spark
    itself, and EngineError when the engine cannot start, which it does on first use.
    """
    engine = _engine(name, verbose=verbose, memory=memory)
    try:
        yield engine
    finally:
        engine.close()


def _engine(name: str, *, verbose: bool, memory: int | None) -> Engine:
    if name == "sail":
        from pipelines.engines.sail import SailEngine

        return SailEngine(verbose=verbose, memory=memory)
    if name in {"spark", "submitted"}:
        need_spark(f"the engine {name!r}")
        from pipelines.engines.spark import LocalSpark, SubmittedSpark

        return LocalSpark(verbose=verbose) if name == "spark" else SubmittedSpark()
    if _is_address(name):
        from pipelines.engines.connect import ConnectEngine

        return ConnectEngine(name)
    raise UnknownEngine(f"no engine is called {name!r}: expected one of {', '.join(ENGINES)}")


def _is_address(name: str) -> bool:
    """Whether a name is the address of a Spark Connect server."""
    try:
        server = urlsplit(name)
        return name.startswith("sc://") and bool(server.hostname) and server.port != 0
    except ValueError:
        return False
