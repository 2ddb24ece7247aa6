"""Tries the quarantine again with the session of its `spark-submit`; the options are those of `newsfeed quarantine`."""

import sys

from pipelines.cli.submitted import submitted

if __name__ == "__main__":
    sys.exit(submitted("quarantine", "--readmit"))
