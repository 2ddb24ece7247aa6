"""Publishes with the session of the `spark-submit` that starts it; the options are those of `newsfeed run`."""

import sys

from pipelines.cli.submitted import submitted

if __name__ == "__main__":
    sys.exit(submitted("run"))
