"""A landing's scratch folder goes with it, however it ends, and never while it lives."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fsspec.implementations.local import LocalFileSystem

from pipelines.storage import folders, places
from pipelines.storage.scratch import BOOT, STARTED, scratch, sweep
from tests.landing.lines import file_of, ids, line
from tests.surroundings import HEARING

PATIENCE = 60
"""Seconds to wait for a landing that was told to end."""
DAY = timedelta(days=1)
COMMAND = [sys.executable, "-c", "from pipelines.cli import script; script()"]
FILES = 3
INTERRUPTED = f"""
import signal, sys
from pathlib import Path
from pipelines.storage.scratch import scratch

left = [int(sys.argv[2])]
def interrupt(event, _):
    if event == "os.remove":
        left[0] -= 1
        if left[0] == 0:
            signal.raise_signal(signal.SIGINT)

with scratch(sys.argv[1]) as folder:
    for number in range({FILES}):
        Path(folder, str(number)).touch()
    sys.addaudithook(interrupt)
"""
"""A process that is interrupted as it takes away a file of its scratch folder, or last the lock."""


@pytest.fixture
def before():
    """What the command is started by."""
    return []


@pytest.fixture
def landing(lake, before):
    """A landing of standard input, which waits for lines in the midst of its work."""
    pipe = subprocess.PIPE
    command = [*HEARING, *before, *COMMAND, "land", "-", "--root", lake.root]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        while not in_use(lake):
            time.sleep(0.01)
            assert process.poll() is None
        yield process


def in_use(lake):
    """The scratch folders in which there is something."""
    return list(Path(lake.root).glob("_scratch/*/*"))


def write(file, age):
    """A file that was written so many days ago."""
    file.write_bytes(b"")
    then = (datetime.now(UTC) - age * DAY).timestamp()
    os.utime(file, (then, then))


def left(lake):
    return list(Path(lake.root).glob("_scratch/*"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
def test_told_to_end_it_cleans_up(landing, lake, number):
    landing.send_signal(number)
    assert landing.wait(PATIENCE) == 128 + number
    assert landing.stderr.read().count(b"\n") == 1
    assert left(lake) == []


@pytest.mark.parametrize("file", range(1, FILES + 2))
def test_told_to_end_while_it_cleans_up_it_still_does(tmp_path, file):
    command = [*HEARING, sys.executable, "-c", INTERRUPTED, str(tmp_path), str(file)]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    assert b"KeyboardInterrupt" in done.stderr
    assert not list(tmp_path.iterdir())


def test_killed_the_next_takes_away_what_it_left(landing, lake, land, tmp_path):
    landing.kill()
    landing.wait()
    assert in_use(lake)
    land(file_of(tmp_path / "a", line()))
    assert left(lake) == []


def test_the_next_leaves_a_living_one_alone(landing, lake, land, tmp_path):
    land(file_of(tmp_path / "a", line("e-1")))
    assert in_use(lake)
    landing.communicate(line("e-2"))
    assert (landing.returncode, ids(lake), left(lake)) == (0, ["e-1", "e-2"], [])


@pytest.mark.parametrize(("age", "machine", "stays"), [(6, "another", True), (8, "another", False), (0, None, False)])
def test_of_another_machine_it_goes_when_it_is_a_week_old(lake, land, tmp_path, age, machine, stays):
    name = f"{datetime.now(UTC) - timedelta(days=age):{STARTED}}-x"
    folder = Path(lake.root, "_scratch", name)
    folder.mkdir(parents=True)
    Path(f"{folder}.lock").write_text(machine or BOOT.read_text())
    land(file_of(tmp_path / "a", line()))
    assert (folder in left(lake)) is stays


@pytest.mark.parametrize(
    "name", ["0123456789abcdef" * 2, f"{datetime.now(UTC) - 30 * DAY:{STARTED}}-x"], ids=["old", "dated"]
)
@pytest.mark.parametrize(("age", "stays"), [(6, True), (8, False)])
def test_without_a_lock_it_goes_when_nothing_was_written_in_it_for_a_week(lake, name, age, stays):
    folder = Path(lake.root, "_scratch", name)
    (folder / "below").mkdir(parents=True)
    write(folder / "below" / "a", age)
    with lake.scratch():
        assert folder.exists() is stays


def test_the_lock_stays_with_what_could_not_be_taken_away(lake, monkeypatch):
    parent = str(Path(lake.root, "_scratch"))
    with monkeypatch.context() as patch:
        patch.setattr(folders, "remove", lambda _: None)
        with scratch(parent):
            pass
        with scratch(parent):
            assert len(left(lake)) == 4
    with scratch(parent):
        assert len(left(lake)) == 2
    assert left(lake) == []


def test_what_is_no_scratch_folder_stays(lake, land, tmp_path):
    Path(lake.root, "_scratch", "mine").mkdir(parents=True)
    land(file_of(tmp_path / "a", line()))
    assert [one.name for one in left(lake)] == ["mine"]


@pytest.mark.parametrize("before", [["nohup"]])
def test_a_signal_that_is_ignored_ends_nothing(landing, lake):
    landing.send_signal(signal.SIGHUP)
    landing.communicate(line("e-1"))
    assert (landing.returncode, ids(lake), left(lake)) == (0, ["e-1"], [])


@pytest.mark.parametrize(("age", "stays"), [(0, True), (6, True), (8, False)])
def test_at_a_url_one_goes_when_it_is_a_week_old(tmp_path, age, stays):
    parent = f"memory://{tmp_path.name}/_scratch"
    old = f"{datetime.now(UTC) - timedelta(days=age):{STARTED}}-x"
    folders.make(f"{parent}/{old}")
    with scratch(parent) as folder:
        with places.writing(f"{folder}/a") as file:
            file.write(b"a")
        assert len(folders.names(parent)) == 1 + stays
    assert folders.names(parent) == [old] * stays


@pytest.mark.parametrize("age", [6, 8])
@pytest.mark.parametrize("zone", [UTC, None])
def test_at_a_url_one_in_which_something_was_written_within_a_week_stays(tmp_path, monkeypatch, age, zone):
    old = tmp_path / "_scratch" / f"{datetime.now(UTC) - 30 * DAY:{STARTED}}-x"
    old.mkdir(parents=True)
    write(old / "a", age)
    written = datetime.fromtimestamp((old / "a").stat().st_mtime, zone)
    monkeypatch.setattr(LocalFileSystem, "modified", lambda *_: written)
    sweep(f"file://{old.parent}")
    assert old.exists() is (age < 7)


@pytest.mark.parametrize("grace", [0.1, 600])
def test_a_library_that_cannot_be_interrupted_does_not_keep_it_alive(grace):
    program = "import hashlib; from pipelines.cli import signals\n"
    program += f"signals.GRACE = {grace}\n"
    program += "with signals.heard():\n while True:\n  try: print(flush=True); "
    program += "hashlib.pbkdf2_hmac('sha256', b'', b'', 2**31 - 1)\n  except signals.Ended: pass"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.terminate()
        if grace == 600:
            time.sleep(0.5)
            process.terminate()
        assert process.wait() == 128 + signal.SIGTERM


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_a_lock_that_was_not_written_to_its_end_keeps_nobody(lake, share):
    text, folder = BOOT.read_text(), Path(lake.root, "_scratch", f"{datetime.now(UTC):{STARTED}}-x")
    folder.parent.mkdir(parents=True)
    lock = folder.with_name(f"{folder.name}.lock")
    lock.write_text(text[: int(share * len(text))])
    assert lake.living() == []
    sweep(str(folder.parent))
    assert not lock.exists()


def test_an_empty_lock_beside_a_folder_may_be_of_another_machine(lake):
    folder = Path(lake.root, "_scratch", f"{datetime.now(UTC):{STARTED}}-x")
    folder.mkdir(parents=True)
    folder.with_name(f"{folder.name}.lock").touch()
    sweep(str(folder.parent))
    assert (folder.exists(), len(lake.living())) == (True, 1)
