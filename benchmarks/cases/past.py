"""What was so at a time, and why: of a hundred random readers, as commands, with their start."""

import json
import random
import statistics
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import ours
from benchmarks.ground import Ground
from benchmarks.report import Found
from benchmarks.timing import Repetition, by_turns

READERS: Final = 100


def measure(ground: Ground) -> Found:
    """The milliseconds of each command, in the middle and the slowest in a hundred."""
    return Found(by_turns({"ours": partial(_ask, ground.released(), ground.seed)}, ground.repeat), unit="ms")


def _ask(root: Path, seed: int) -> Repetition:
    """Asks for each reader's newsfeed and page as of a time by which most has happened, and for one entry's reasons."""
    entries = _entries(root, seed)
    as_of = (
        max(datetime.fromisoformat(one["entered_at"]) for one in entries).astimezone(UTC) - timedelta(days=2)
    ).isoformat()
    taken: dict[str, list[float]] = {}
    for one in entries:
        reader, post = one["reader_id"], one["post_id"]
        for name, arguments in {
            "feed --as-of": ("feed", reader, "--as-of", as_of),
            "user --as-of": ("user", reader, "--as-of", as_of),
            "explain": ("explain", reader, post),
            "feed": ("feed", reader),
        }.items():
            taken.setdefault(name, []).append(ours.newsfeed(*arguments, "--root", root).seconds * 1000)
    return Repetition(
        {f"{name}, {part}": value for name, all_ in taken.items() for part, value in _parts(all_).items()}
    )


def _parts(taken: list[float]) -> dict[str, float]:
    return {"p50": statistics.median(taken), "p99": statistics.quantiles(taken, n=100, method="inclusive")[98]}


def _entries(root: Path, seed: int) -> list[dict[str, str]]:
    """An entry of each of a hundred random newsfeeds."""
    sql = "SELECT reader_id, post_id, entered_at FROM newsfeed WHERE position = 1 + (reader_id % 20) ORDER BY reader_id"
    found = json.loads(ours.newsfeed("sql", sql, "--json", "--root", root).output)
    return random.Random(seed).sample(found, READERS)
