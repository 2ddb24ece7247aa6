"""Publishes with the session of the `spark-submit` that starts it; the options are those of `newsfeed run`."""

import sys

from pipelines.cli import main

if __name__ == "__main__":
    sys.exit(main(["run", *sys.argv[1:], "--engine", "submitted"]))
