"""The engine that a command works on, beside what else it needs for that."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from pipelines.cli import show

if TYPE_CHECKING:
    from pipelines.engines.base import Engine
    from pipelines.runs.steps import Progress


class Working(NamedTuple):
    """An engine, how many bytes what it does may take, and who is told of each step."""

    engine: "Engine"
    memory: int
    progress: "Progress"


@contextmanager
def working(engine: str, memory: str | None, *, verbose: bool = False) -> Iterator[Working]:
    """The engine of a name, of which the options of a command say how much it may take. Raises UsageError."""
    from pipelines.cores import cores
    from pipelines.engines import open_engine
    from pipelines.memory import budget

    with (
        open_engine(engine, verbose=verbose, memory=budget(memory, cores())) as opened,
        show.status() as progress,
    ):
        yield Working(opened, budget(memory, opened.slots), progress)
