"""Publishes with the session of the `spark-submit` that starts it; the options are those of `newsfeed run`."""

from pipelines.cli.submitted import submitted

if __name__ == "__main__":
    submitted("run")
