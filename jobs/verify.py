"""Verifies with the session of the `spark-submit` that starts it; the options are those of `newsfeed verify`."""

from pipelines.cli.submitted import submitted

if __name__ == "__main__":
    submitted("verify")
