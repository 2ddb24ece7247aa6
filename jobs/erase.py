"""Erases persons with the session of a `spark-submit`; the options are those of `newsfeed erase`."""

from pipelines.cli.submitted import submitted

if __name__ == "__main__":
    submitted("erase")
