"""How fresh a topic's views are, and what a follower holds: `python -m benchmarks.following --minutes 30`.

A broker, a producer and `newsfeed follow` run beside each other for so long. What they start with is a network that
lives already. Freshness is asked of the lake at the end: of each event, the time from when it was produced to when the
first release with it was published. Memory is the most that the follower's process had resident in each minute.
"""

import argparse
import json
import tempfile
import time
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.commands import beside, resident, work
from pipelines.clock import micros
from pipelines.log.events import whole
from pipelines.releases.release import all_releases
from pipelines.storage.lake import Lake
from tests.servers.kafka import Kafka

PARTITIONS, BASE, NEW = 4, 7, 8
"""The topic's partitions, and the seeds of what it starts with and of what comes then: other ids of events."""


def producing(url: str, seed: int, *given: object) -> list[object]:
    """The command that produces a network of 100,000 users, nothing dated back."""
    return ["produce", url, "--network", "S", "--late", "0%", "--seed", seed, *given]


def resident_each_second(pid: int) -> Iterator[float]:
    """The megabytes that a process has resident, each second of a minute."""
    for _ in range(60):
        time.sleep(1)
        yield resident(pid)


def followed(url: str, options: list[str], minutes: float, rate: float) -> Iterator[float]:
    """Follow what is produced for so many minutes; the most megabytes of the follower, of each minute."""
    with beside("follow", url, *options) as follower:
        with beside(*producing(url, NEW, "--rate", rate, "--seconds", minutes * 60)) as producer:
            while producer.poll() is None:
                yield max(resident_each_second(follower.pid))
        time.sleep(90)  # for what waits for a release


def ages(lake: Lake, since: int) -> np.ndarray:
    """The seconds from when each event was produced, of those from landing `since` on, to its release."""
    releases = all_releases(lake)
    landings = [one.landing for one in releases]
    found = []
    for place, _ in (log := whole(lake)).files:
        for _, events in log.events(place, lambda _: ["event_time", "landing"]):
            for landing in events["landing"].unique().to_pylist():
                at = bisect_left(landings, landing)
                if landing >= since and at < len(releases):
                    times = events.filter(events["landing"].to_numpy() == landing)["event_time"].cast("int64")
                    found.append(micros(releases[at].released_at) - times.to_numpy())
    return np.concatenate(found) / 1e6


def main() -> None:
    """Measure, and print what was found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=30)
    asked.add_argument("--rate", type=float, default=2000)
    asked.add_argument("--base", type=int, default=2_000_000, help="events before that")
    asked.add_argument("--every", default="10s")
    asked.add_argument("--run-every", default="60s")
    asked.add_argument("--memory", help="how much a run may take: 512M, 6G")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root, kafka = Path(folder) / "lake", Kafka(Path(folder) / "kafka")
        kafka.start()
        try:
            url = kafka.create_topic("events", PARTITIONS)
            work(*producing(url, BASE, "--rate", 0, "--events", given.base))
            for words in (["land", url], ["run"]):
                work(*words, "--root", root)
            since = all_releases(Lake.at(str(root)))[-1].landing + 1
            options = ["--root", str(root), "--every", given.every, "--run-every", given.run_every]
            options += ["--memory", given.memory] if given.memory else []
            memory = list(followed(url, options, given.minutes, given.rate))
            found = ages(Lake.at(str(root)), since)
        finally:
            kafka.stop()
    p50, p99 = np.percentile(found, [50, 99])
    print(json.dumps({"megabytes": [round(one) for one in memory]}))
    print(
        f"{len(found):,} events from produced to released: p50 {p50:.1f} s, p99 {p99:.1f} s, most {found.max():.1f} s"
    )


if __name__ == "__main__":
    main()
