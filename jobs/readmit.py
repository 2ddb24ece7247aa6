"""Tries the quarantine again with the session of its `spark-submit`; the options are those of `newsfeed quarantine`."""

from pipelines.cli.submitted import submitted

if __name__ == "__main__":
    submitted("quarantine", "--readmit")
