"""Does the housekeeping in the driver of a `spark-submit`; the options are those of `newsfeed maintain`."""

from pipelines.cli.submitted import submitted

if __name__ == "__main__":
    submitted("maintain")
