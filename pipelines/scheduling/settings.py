"""The settings of the DAGs: variables of the environment that Airflow's processes have, read when a DAG is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from pipelines.sources.streams import is_stream

COMPUTING = ("land", "run", "maintain", "verify")
"""The commands that a Spark may be given: `jobs/` has a file for each."""


def _setting(default: str, says: str) -> str:
    return field(default=default, metadata={"says": says})


@dataclass(frozen=True)
class Settings:
    """Each is the variable of its name, in capitals after `NEWSFEED_`; paths are taken as they are written."""

    root: str = _setting("/var/lib/newsfeed/lake", "where the lake is: an absolute path or a URL")
    inbox: str = _setting(
        "/var/lib/newsfeed/inbox", "files in it land, and move to `done` in it: a folder or a URL; or a stream"
    )
    format: str = _setting("events", "what its lines are: `events`, `ldbc` or `jetstream`")
    settled: str = _setting("60", "a file of the inbox is whole once nothing was written to it for so many seconds")
    engine: str = _setting("sail", "`spark` submits the jobs to a Spark; else the engine of `newsfeed` on the worker")
    spark_connection: str = _setting("spark_default", "Airflow's connection to that Spark")
    jobs: str = _setting(str(Path(__file__).parents[2] / "jobs"), "the folder of the jobs that are submitted")
    landing_schedule: str = _setting("0 * * * *", "when the inbox lands, as cron, UTC")
    maintenance_schedule: str = _setting("30 2 * * *", "when the lake is maintained")
    verification_schedule: str = _setting("30 3 * * *", "when the views are verified")
    keep_days: str = _setting("7", "releases that are older expire, except the last")
    retries: str = _setting("3", "how often a task is tried again after what may pass")
    retry_seconds: str = _setting("60", "the wait before the first of these tries; it doubles, up to an hour")
    timeout_minutes: str = _setting("360", "a command that takes longer is ended, and tried again")
    deadline_minutes: str = _setting("60", "a run of a DAG that takes longer is told to a person; it goes on")
    pool: str = _setting("newsfeed_releases", "Airflow's pool of one slot, for what publishes releases")
    alerts: str = _setting("newsfeed_alerts", "Airflow's connection with the address for alerts as its password")

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings that variables give; one that is not there, or empty, has its default."""
        given = {one.name: environment.get(variable(one.name)) for one in fields(cls)}
        return cls(**{name: value for name, value in given.items() if value})

    @property
    def lands(self) -> tuple[str, ...]:
        """What follows `land`: an inbox and where its files go then, or a stream, of which the log keeps its place."""
        if is_stream(self.inbox):
            return (self.inbox,)
        return (self.inbox, "--done", f"{self.inbox}/done", "--settled", self.settled)

    @property
    def submits(self) -> bool:
        """Whether commands that compute are submitted to a Spark."""
        return self.engine == "spark"


def variable(name: str) -> str:
    """The variable of a setting."""
    return f"NEWSFEED_{name.upper()}"


SETTINGS = Settings.of(os.environ)
