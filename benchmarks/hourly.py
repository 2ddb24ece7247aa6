"""Lands one small batch after another, as a lake's hours bring them: `python -m benchmarks.hourly ROOT`.

The root must be new. Prints as JSON the median seconds of the 15th to the 24th landing and of the last ten.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from pipelines.engines import open_engine
from pipelines.landing.land import land
from pipelines.storage.lake import Lake


def write_batch(place: Path, name: str, count: int) -> Path:
    """Writes so many follows, whose ids begin with a name, as JSON lines."""
    event = {"event_type": "followed", "event_time": "2026-01-01T10:00:00Z"}
    users = (
        {"event_id": f"{name}-{user:08}", "actor_id": user, "followee_id": user + 1} for user in range(1, count + 1)
    )
    place.write_text("".join(f"{json.dumps(event | user)}\n" for user in users), "utf-8")
    return place


def main() -> None:
    """Lands as many batches as asked for in one process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--landings", type=int, default=240)
    parser.add_argument("--events", type=int, default=5000)
    arguments = parser.parse_args()
    taken, lake = list[float](), Lake.at(str(arguments.root))
    with open_engine("sail") as engine, tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.landings):
            batch = write_batch(Path(folder, "batch.jsonl"), f"hour-{number}", arguments.events)
            start = perf_counter()
            land(lake, engine, [str(batch)])
            taken.append(perf_counter() - start)
    print(json.dumps({"early": statistics.median(taken[14:24]), "late": statistics.median(taken[-10:])}))


if __name__ == "__main__":
    main()
