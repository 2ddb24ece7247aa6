"""One function gives an engine: where tasks run and where DataFrames live. Nothing else knows which one it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.engines.base import Engine

ENGINES = ("sail", "spark", "submitted", "sc://HOST:PORT")


class UnknownEngine(ValueError):
    """No engine has that name."""


@contextmanager
def open_engine(name: str = "sail") -> Iterator[Engine]:
    """An engine by name, stopped at the end: `sail` (embedded), `spark` (classic local, with the Delta jar),
    `sc://HOST:PORT` (a Spark Connect server), or `submitted` (the session of the `spark-submit` that started the job).

    Raises UnknownEngine.
    """
    engine = _engine(name)
    try:
        yield engine
    finally:
        engine.close()


def _engine(name: str) -> Engine:
    if name == "sail":
        from pipelines.engines.sail import SailEngine

        return SailEngine()
    if name in ("spark", "submitted") or name.startswith("sc://"):
        from pipelines.engines.spark import SparkEngine

        return SparkEngine(name)
    raise UnknownEngine(f"no engine is called {name!r}: expected one of {', '.join(ENGINES)}")
