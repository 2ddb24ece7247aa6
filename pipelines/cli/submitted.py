"""What the programs in `jobs/` do: a command, with the session of the `spark-submit` that starts them."""

import os
import sys

from pipelines.cli import main


def submitted(*words: str) -> int:
    """Run the command of these words with this process's options; its exit code.

    When it needed no session it asks for one in the end: YARN takes a job that never had one for one that failed.
    """
    os.environ["NEWSFEED_ENGINE"] = "submitted"
    code = main([*words, *sys.argv[1:]])
    if code == 0:
        from pipelines.engines import open_engine

        with open_engine("submitted") as engine:
            _ = engine.session
    return code
