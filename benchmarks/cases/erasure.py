"""Erasing by rewriting the log, of one user and of 100, and what encrypting it by a key for each user would cost."""

import shutil
from functools import partial
from pathlib import Path

from benchmarks import encrypted, ours
from benchmarks.encrypted import Keys
from benchmarks.ground import Ground
from benchmarks.report import Found
from benchmarks.timing import Repetition, by_turns
from pipelines.reading.reader import Reader
from pipelines.storage.lake import Lake

MANY = 100


def measure(ground: Ground) -> Found:
    """The seconds of a landing, a rebuild and erasures, and of writing and reading a log as it is, and encrypted."""
    root, folder = ground.released(), ground.work / "erasure"
    files, users = ground.log_files(), _users(root)
    sides = {
        "ours": partial(_ours, ground.lines, root, folder, users),
        "as it is": partial(_log, files, folder / "plain", None),
        "encrypted": partial(_log, files, folder / "encrypted", Keys()),
    }
    runs = by_turns(sides, ground.repeat)
    shutil.rmtree(folder)
    return Found(runs)


def _users(root: Path) -> list[int]:
    """Some users who posted, whatever they are like."""
    query = f"SELECT user_id FROM profile WHERE posts > 0 ORDER BY user_id % 997, user_id LIMIT {MANY}"  # noqa: S608 own number
    rows = Reader.of(Lake.at(str(root))).rows(query, "profile")
    return [int(row["user_id"]) for row in rows]


def _ours(lines: Path, root: Path, folder: Path, users: list[int]) -> Repetition:
    """A landing, a rebuild, and the erasure of one user and then of all, beside what only looking at it takes."""
    landing, copy = ours.land(lines, folder / "landed"), folder / "lake"
    shutil.rmtree(folder / "landed")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy)
    steps = {"land": landing.measured["land"]}
    steps["rebuild"] = ours.newsfeed("run", "--rebuild", "--root", copy).seconds
    given = ("--reason", "benchmark", "--root", copy)
    steps["look"] = ours.newsfeed("erase", users[0], *given).seconds
    erased = ours.newsfeed("erase", users[0], *given, "--execute")
    steps["erase 1"] = erased.seconds
    steps[f"erase {MANY}"] = ours.newsfeed("erase", *users, *given, "--execute").seconds
    shutil.rmtree(copy)
    return Repetition(steps, erased.peak_bytes)


def _log(files: list[Path], folder: Path, keys: Keys | None) -> Repetition:
    """The log written anew, and read, as it is or encrypted; and its megabytes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    size, seconds = encrypted.write(files, folder, keys)
    return Repetition({"write the log": seconds, "read it": encrypted.read(folder, keys), "MB": size})
