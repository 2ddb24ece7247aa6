"""The lakes that commands begin with, each with something of everything, and what they are when nothing goes wrong."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from faults.client import Ended, Forks
from faults.operations import KILL
from tests.adapters import bluesky
from tests.landing.lines import file_of
from tests.releases.worlds import deeds

DAY: Final = "2026-01-01T00:00:00Z"
OTHER_DAY: Final = "2026-07-05T00:00:00Z"
"""When events landed, so that each format has data files of its own."""
SQL: Final = "SELECT reader_id FROM newsfeed WHERE position < 1"


class Unsound(Exception):
    """Something fails where nothing is broken."""


@dataclass
class Ground:
    """A folder with the sources, lakes by name, and a process that makes them."""

    folder: Path
    forks: Forks
    lakes: dict[str, str] = field(default_factory=dict)

    def source(self, name: str) -> str:
        """The file of a source."""
        return str(self.folder / name)

    def must(self, *arguments: str) -> str:
        """What a command says that must end well."""
        return sound(self.forks.command(*arguments), arguments).out

    def copied(self, name: str) -> str:
        """A copy of a lake, with the times of its files."""
        place = str(self.folder / f"{name}-{uuid4().hex}")
        subprocess.run(["cp", "-a", self.lakes[name], place], check=True)  # noqa: S607
        return place

    def looked(self, which: str, root: str) -> dict[str, Any]:
        """What a look at a lake says."""
        return self.forks.look(which, root)


def sound(ended: Ended, what: object) -> Ended:
    """A command that ended well. Raises Unsound."""
    if ended.code != 0:
        raise Unsound(f"{what} ended with {ended.code}: {ended.err.strip()}")
    return ended


def gone(root: str) -> None:
    """Take a copy away."""
    shutil.rmtree(root, ignore_errors=True)


def bare(folder: Path, forks: Forks) -> Ground:
    """A ground with sources, and without lakes."""
    _write_sources(folder)
    return Ground(folder, forks)


def prepared(folder: Path, forks: Forks) -> Ground:
    """The ground of all cases: `worn` has two releases, a landing more, and what a killed run left.

    `tidy` has a release of all, and is maintained; `due` has a landing more.
    """
    ground = bare(folder, forks)
    root = ground.lakes["worn"] = str(folder / "worn")
    ground.must("land", ground.source("names"), "--format", "jetstream", "--ingestion-time", OTHER_DAY, "--root", root)
    for number in range(3):
        ground.must("land", ground.source(f"events-{number}"), "--ingestion-time", DAY, "--root", root)
        if number == 0:
            ground.must("run", "--root", root)
            ground.must("check", ground.source("first.sql"), "--root", root)
        if number == 1:
            ground.must("run", "--root", root)
    tidy = ground.lakes["tidy"] = ground.copied("worn")
    if forks.counts:
        kill(ground, root, ("run", "--cap", "1", "--root", root), 0.75)
    time.sleep(1.1)  # so that what is there is older than every command that begins
    ground.must("run", "--root", tidy)
    for _ in range(2):
        ground.must("maintain", "--keep", "2", "--grace", "0", "--execute", "--root", tidy)
    due = ground.lakes["due"] = ground.copied("tidy")
    ground.must("land", ground.source("more"), "--ingestion-time", DAY, "--root", due)
    return ground


def kill(ground: Ground, root: str, arguments: tuple[str, ...], share: float) -> None:
    """Kill a command after a share of its operations, which another copy tells."""
    copy = ground.copied("worn")
    counted = ground.forks.met(copy, [one.replace(root, copy) for one in arguments], KILL, 0).count
    gone(copy)
    ground.forks.met(root, arguments, KILL, int(share * counted))


def _write_sources(folder: Path) -> None:
    """Lines to land: some of each do not fit, one of these is long, and some of the last landed before."""
    for number in range(3):
        lines = deeds(30, *range(4 * number, 4 * number + 4))
        file_of(folder / f"events-{number}", *lines, b"bad", f"long {number} ".encode() * 40)
    file_of(folder / "more", *deeds(30, 2, 3), *deeds(31, 12, 13), b"bad", b"another long one " * 20)
    followed = [bluesky.create("follow", f"k{n}", did=bluesky.BEN, subject=bluesky.EVE) for n in range(3)]
    posted = [bluesky.create("post", f"3mpsjbtci2c2{n}", did=bluesky.EVE, text=f"text {n}") for n in "abcd"]
    file_of(folder / "names", bluesky.create("profile", "self"), bluesky.create("like"), *followed, *posted)
    (folder / "first.sql").write_text(SQL)


def quick_place() -> str | None:
    """Where files are quick, None where there is no such place."""
    place = "/dev/shm"  # noqa: S108 (as those of the tests)
    return place if os.access(place, os.W_OK) else None
