"""Live traffic through Kafka: for a minute it is produced, followed and released; then a newsfeed, and how fresh it is.

`make stream-demo`: the broker is started on loopback, and at the end all is stopped. What landed stays in the lake.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import NewsfeedError
from pipelines.reading.inspection import status_of
from pipelines.storage.lake import Lake
from tests.servers import command
from tests.servers.commands import COMMAND
from tests.servers.kafka import Kafka

RATE, RUN_EVERY = 2000, 10
"""Events a second, and the seconds between two runs."""
NEWEST = "SELECT reader_id FROM newsfeed GROUP BY reader_id ORDER BY max(entered_at) DESC, reader_id LIMIT 1"


def main() -> int:
    """Show it; 0, 1 when it fails."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=int, default=60)
    seconds = asked.parse_args().seconds
    kafka, root = Kafka((command.STATE / "stream-demo").absolute()), Path("data/lake-stream").absolute()
    for folder in (kafka.folder, root):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        show(kafka, root, seconds)
    except (NewsfeedError, subprocess.CalledProcessError) as fault:
        sys.stderr.write(f"error: {fault}\n")
        return 1
    finally:
        kafka.stop()
        say("\nThe broker is stopped.")
    say(f"What landed is in {os.path.relpath(root)}: newsfeed status --root {os.path.relpath(root)}")
    return 0


def show(kafka: Kafka, root: Path, seconds: int) -> None:
    """Produce and follow beside each other, then show what is served."""
    kafka.start()
    url, lake = kafka.create_topic("events", 4), ("--root", str(root))
    say(f"A broker answers at {kafka.address}. For {seconds} seconds {RATE:,} events a second are produced.\n")
    with running("follow", url, "--every", "2s", "--run-every", f"{RUN_EVERY}s", *lake):
        newsfeed("produce", url, "--network", "XS", "--rate", str(RATE), "--seconds", str(seconds))
        wait_for_release(Lake.at(str(root)))
    newsfeed("status", *lake)
    reader = subprocess.run([*COMMAND, "sql", NEWEST, "--json", *lake], check=True, capture_output=True, text=True)
    newsfeed("feed", "".join(filter(str.isdigit, reader.stdout)), "--limit", "5", *lake)


def wait_for_release(lake: Lake) -> None:
    """Wait until what was produced is served, some runs long at most."""
    ends = time.monotonic() + 6 * RUN_EVERY
    while time.monotonic() < ends:
        time.sleep(RUN_EVERY / 2)
        release = status_of(lake)["release"]
        if release is not None and release["behind"] == 0:
            return


@contextmanager
def running(*words: str) -> Iterator[None]:
    """A command that goes on beside, until it is told to end."""
    say(f"$ newsfeed {' '.join(words)} &")
    with subprocess.Popen([*COMMAND, *words]) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)


def newsfeed(*words: str) -> None:
    """Show what a command says."""
    say(f"\n$ newsfeed {' '.join(words)}")
    subprocess.run([*COMMAND, *words], check=True)


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
