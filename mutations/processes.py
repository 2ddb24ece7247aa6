"""Processes that have loaded the libraries already: to fork one takes no time, to load them as long as a test."""

import os
import signal
import sys
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Final

LIBRARIES: Final = ("deltalake", "duckdb", "numba", "numpy", "pandas", "pyarrow.dataset", "pyarrow.parquet", "pytest")
ENDS_WITHIN: Final = 60  # seconds
SETTINGS: Final = {"HISTORIES": "200", "COLUMNS": "300"}  # fewer histories than usual, and longer lines


@dataclass(frozen=True)
class Ended:
    """How a process ended, None when it took too long, and what it said."""

    code: int | None
    said: str


def load_libraries() -> None:
    """Load what the project needs of others, and nothing of the project."""
    for name in LIBRARIES:
        import_module(name)


def pytest_in(folder: Path, arguments: list[str], patience: float) -> Ended:
    """How pytest ends in a copy of the project, given some seconds; this process must have one thread."""
    said = folder / "said"
    process = get_context("fork").Process(target=_run, args=(folder, arguments, said))
    process.start()
    process.join(patience)
    if process.exitcode is None and process.pid is not None:
        os.kill(process.pid, signal.SIGINT)  # so that it stops the servers that it started
        process.join(ENDS_WITHIN)
        process.kill()
        process.join()
        return Ended(None, "")
    return Ended(process.exitcode, said.read_text("utf-8", "replace"))


def _run(folder: Path, arguments: list[str], said: Path) -> None:
    """Be pytest in a folder: the project of the tests, and of the processes that they start, is the one there."""
    import pytest

    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a process in the background ignores
    with said.open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.chdir(folder)
    os.environ.update(SETTINGS | {"PYTHONPATH": str(folder)})
    sys.path.insert(0, str(folder))
    sys.exit(pytest.main([*arguments, f"--basetemp={folder / 'tmp'}"]))
