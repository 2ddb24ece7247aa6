"""What the programs in `jobs/` do: a command, with the session of the `spark-submit` that starts them."""

import os
import sys
from typing import NoReturn

from pipelines.cli import main, process


def submitted(*words: str) -> NoReturn:
    """Run the command of these words with this process's options, and end the process with its exit code."""
    os.environ["NEWSFEED_ENGINE"] = "submitted"
    process(lambda: _run([*words, *sys.argv[1:]]))


def _run(arguments: list[str]) -> int:
    """Run a command; its exit code.

    When it needed no session it asks for one in the end: YARN takes a job that never had one for one that failed.
    """
    code = main(arguments)
    if code == 0:
        from pipelines.engines import open_engine

        with open_engine("submitted") as engine:
            _ = engine.session
    return code
