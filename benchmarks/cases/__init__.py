"""The benchmarks, a module each with a function `measure`, in the order in which they run."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

from benchmarks.ground import Ground
from benchmarks.report import Found

CASES: Final = (
    "pipeline",
    "landing",
    "growth",
    "batches",
    "newsfeed",
    "views",
    "audit",
    "reading",
    "past",
    "erasure",
    "size",
)


def case(name: str) -> tuple[str, Callable[[Ground], Found]]:
    """What a benchmark measures, in a line, and the function that does."""
    module = import_module(f"benchmarks.cases.{name}")
    return (module.__doc__ or "").splitlines()[0], module.measure
