"""Does the housekeeping in the driver of a `spark-submit`; the options are those of `newsfeed maintain`."""

import sys

from pipelines.cli.submitted import submitted

if __name__ == "__main__":
    sys.exit(submitted("maintain"))
