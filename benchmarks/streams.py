"""Records a second from a topic beside the same lines from a file: `python -m benchmarks.streams --events 3000000`.

A network's lines go to the partitions of a Kafka of its own, and to a file; then both land by turns, each into a new
root, as commands with their start. Needs Java.
"""

import argparse
import shutil
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from confluent_kafka import Producer

from benchmarks import report
from benchmarks.cases.batches import lines_of
from benchmarks.ground import RESULTS
from benchmarks.lines import folder_of
from benchmarks.ours import newsfeed
from benchmarks.report import Found
from benchmarks.scales import SCALES
from benchmarks.timing import Repetition, by_turns, median
from tests.servers.kafka import Kafka

TOPIC = "events"
AT_ONCE = 10_000


def put(kafka: Kafka, lines: Iterator[bytes], partitions: int, file: Path) -> int:
    """Puts lines into a new topic, to each partition by turns, and into a file; the bytes of that."""
    kafka.create_topic(TOPIC, partitions)
    producer = Producer({"bootstrap.servers": kafka.address, "linger.ms": 20, "batch.size": 1_000_000})
    with file.open("wb") as copy:
        for number, line in enumerate(lines):
            copy.write(line)
            producer.produce(TOPIC, line.rstrip(b"\n"), partition=number % partitions)
            if number % AT_ONCE == 0:
                producer.flush()
    producer.flush()
    return file.stat().st_size


def land(source: Path | str, root: Path) -> Repetition:
    """Lands a source in a new root: the seconds, and those of processors, which a busy machine changes less."""
    shutil.rmtree(root, ignore_errors=True)
    done = newsfeed("land", source, "--root", root)
    return Repetition({"land": done.seconds, "core-seconds": done.processor}, done.peak_bytes)


def measure(kafka: Kafka, lines: Iterator[bytes], partitions: int, work: Path, repeat: int) -> tuple[int, Found]:
    """The bytes of the lines, and what both landings took."""
    size = put(kafka, lines, partitions, work / "events.jsonl")
    sides = {
        "file": partial(land, work / "events.jsonl", work / "of-file"),
        "kafka": partial(land, kafka.url(TOPIC), work / "of-kafka"),
    }
    return size, Found(by_turns(sides, repeat))


def main() -> None:
    """Measures one number of events."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=3_000_000)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    lines = islice(lines_of(folder_of(SCALES["S"], given.seed) / "events"), given.events)
    work = RESULTS / "work" / "streams"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    kafka = Kafka(work / "kafka")
    try:
        kafka.start()
        size, found = measure(kafka, lines, given.partitions, work, given.repeat)
    finally:
        kafka.stop()
    report.show(f"{given.events:,} events of {size / given.events:.0f} bytes in {given.partitions} partitions", found)
    for name, runs in found.runs.items():
        print(f"{name}: {given.events / median(runs, 'land'):,.0f} events a second")


if __name__ == "__main__":
    main()
