"""A full disk: one line that names a file, nothing lost or left behind, and it works once there is room."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_worlds import command, require_one_line
from tests.landing.lines import file_of, line

__all__ = ["command"]

ROOM = 4 << 20
"""The bytes of the disk."""


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "newsfeed-test", str(place)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def lake(told, disk):
    """A copy of the lake with two releases, on the small disk."""
    return shutil.copytree(told.root, disk / "lake")


def fill(disk, left):
    """Take the room of a disk but so many bytes."""
    found = os.statvfs(disk)
    with (disk / "ballast").open("wb") as ballast:
        ballast.write(bytes(max(0, found.f_bavail * found.f_frsize - left)))
    return disk / "ballast"


def posts(count):
    """Lines of posts that hardly get smaller."""
    random.seed(1)
    texts = [random.randbytes(1500).hex() for _ in range(count)]
    return [line(f"x-{n}", "posted", actor_id=5, post_id=1000 + n, text=text) for n, text in enumerate(texts)]


def files(lake):
    """The data files, and what is in scratch."""
    return sorted(str(one) for one in Path(lake).rglob("*") if one.suffix == ".parquet" or "_scratch/" in str(one))


@pytest.mark.parametrize("left", [0, 100_000, 1_500_000])
def test_a_landing_without_room_lands_nothing_and_leaves_nothing(command, lake, disk, tmp_path, left):
    source = file_of(tmp_path / "many", *posts(400))
    before, ballast = files(lake), fill(disk, left)
    require_one_line(command("land", source, "--root", lake), disk)
    assert files(lake) == before
    assert command("feed", "1", "--root", lake).code == 0
    ballast.unlink()
    assert "landed       400 events" in command("land", source, "--root", lake).out


@pytest.mark.parametrize("left", [0, 50_000, 300_000])
def test_a_run_without_room_publishes_nothing_and_the_last_release_serves(command, lake, disk, tmp_path, left):
    assert command("land", file_of(tmp_path / "many", *posts(200)), "--root", lake).code == 0
    served, before, ballast = command("feed", "1", "--root", lake).out, files(lake), fill(disk, left)
    require_one_line(command("run", "--root", lake), disk)
    assert (files(lake), command("feed", "1", "--root", lake).out) == (before, served)
    ballast.unlink()
    assert command("run", "--root", lake).code == 0


@pytest.mark.parametrize("name", ["land", "run"])
def test_a_limit_of_a_file_s_size_is_told_as_a_full_disk_is(command, told, tmp_path, name):
    lake = shutil.copytree(told.root, tmp_path / "lake")
    source = file_of(tmp_path / "many", *posts(200))
    if name == "run":
        assert command("land", source, "--root", lake).code == 0
    arguments = {"land": ["land", source], "run": ["run"]}[name]
    before = files(lake)
    require_one_line(command(*arguments, "--root", lake, limits={"bytes of a file": 20_000}), lake)
    assert files(lake) == before
    assert command(*arguments, "--root", lake).code == 0


def test_on_a_disk_that_is_read_only_reading_works_and_writing_is_told(command, lake, disk, tmp_path):
    source = file_of(tmp_path / "more", line("e-9", actor_id=9))
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for arguments in (["status"], ["feed", "1"], ["sql", "SELECT * FROM posts"], ["quarantine"]):
        assert command(*arguments, "--root", lake).code == 0
    for arguments in (["land", source], ["run", "--cap", "7"]):
        said = command(*arguments, "--root", lake)
        require_one_line(said, lake)
        assert said.err.endswith(": Read-only file system\n")
