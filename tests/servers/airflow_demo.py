"""A real network through Airflow: its files go into the inbox, and the DAGs land and publish them by their schedule."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.servers import command
from tests.servers.airflow import BIN, PROJECT, Airflow
from tests.servers.airflow_client import Client, until

LDBC = PROJECT / "data" / "ldbc-snb-test"
READER = "4398046511327"
DAGS = ("land_events", "materialize_views", "maintain_lake", "verify_views")
EVERY_MINUTE = {"NEWSFEED_FORMAT": "ldbc", "NEWSFEED_LANDING_SCHEDULE": "* * * * *", "NEWSFEED_SETTLED": "5"}
WITHIN = 600
"""Seconds in which a release comes about, on a busy machine."""


def main() -> int:
    """Start an Airflow anew, show what becomes of two batches, and leave it there."""
    server = Airflow((command.STATE / "airflow").absolute(), settings=EVERY_MINUTE)
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)
    say("Airflow starts, with an empty lake; its DAGs land the inbox every minute.")
    say(server.start())
    client = Client(server.url)
    client.unpause(*DAGS)
    for number, batch in enumerate(("snapshot", "update_streams"), 1):
        say(f"\n{put(LDBC / batch, server.inbox)} files of {batch} are in the inbox; release {number} is awaited.")
        await_release(client, number)
    newsfeed(server, "releases")
    newsfeed(server, "feed", READER, "--limit", "3")
    say(f"\nLook at {server.url}/dags/materialize_views, and at what became of newsfeed: {server.url}/assets")
    say("`make airflow-down` stops it.")
    return 0


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def put(folder: Path, inbox: Path) -> int:
    """Copy the files of a folder into an inbox; how many."""
    files = sorted(folder.iterdir())
    for file in files:
        shutil.copy(file, inbox)
    return len(files)


def await_release(client: Client, number: int) -> None:
    """Wait until analysts were told of a release of the newsfeed. Raises TimeoutError."""

    def told() -> bool | None:
        return any(event["extra"]["release"] >= number for event in client.asset_events("newsfeed")) or None

    until(told, WITHIN, lambda: f"no release {number}, see {client.url}/dags")


def newsfeed(server: Airflow, *words: str) -> None:
    """Show what a command says of the lake."""
    say(f"\n$ newsfeed {' '.join(words)}")
    subprocess.run([str(BIN / "newsfeed"), *words, "--root", str(server.lake)], check=True)


if __name__ == "__main__":
    sys.exit(main())
