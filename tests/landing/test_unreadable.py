"""What may not, or cannot, be read is told on one line, and nothing lands."""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.door.buffers import Buffers
from pipelines.landing.blocks import blocks
from pipelines.storage.places import PlaceError
from tests.landing.lines import batch_of, file_of, line

NOBODY = 65534
COMMAND = [sys.executable, "-c", "from pipelines.cli import script; script()"]


@pytest.fixture
def inbox():
    """A folder that every user can reach, with a folder and a file in it that nobody may read."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        (Path(name) / "secret").mkdir()
        for place in ("a.jsonl", "b.jsonl", "secret/c.jsonl"):
            file_of(Path(name) / place, line())
        for place in ("b.jsonl", "secret"):
            (Path(name) / place).chmod(0)
        yield Path(name)


@contextmanager
def as_nobody():
    """As a user whom permissions bind."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def read(*named):
    buffers = Buffers()
    return [block for chunk in batch_of("no scratch", named).chunks for block in blocks(chunk, buffers, "no staging")]


@pytest.mark.parametrize("source", ["secret/c.jsonl", "secret/*.jsonl", "**/*.jsonl", "s*/c.jsonl", "secret"])
@pytest.mark.parametrize("before", ["", "file://"])
def test_a_folder_that_may_not_be_read_is_told(inbox, before, source):
    with as_nobody(), pytest.raises(PlaceError, match=rf"^cannot read {inbox}/secret.*: Permission denied$"):
        read(f"{before}{inbox}/{source}")


@pytest.mark.parametrize("source", ["", "b.jsonl", "*.jsonl"])
def test_a_file_that_may_not_be_read_among_others_is_told(inbox, source):
    with as_nobody(), pytest.raises(PlaceError, match=rf"^cannot read {inbox}/b.jsonl: Permission denied$"):
        read(f"{inbox}/a.jsonl", f"{inbox}/{source}")


def test_a_folder_that_may_not_be_read_within_another_is_one_that_is_not_read(inbox):
    (inbox / "b.jsonl").unlink()
    with as_nobody():
        assert batch_of("no scratch", [str(inbox)]).not_read == {"folder": 1}


def told(redirection, tmp_path):
    """What the command says, in a process of its own, when it lands such a standard input."""
    command = ["sh", "-c", f'exec "$@" {redirection}', "-", *COMMAND, "land", "-", "--root", str(tmp_path / "lake")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_standard_input_that_is_closed_is_told(tmp_path):
    assert told("<&-", tmp_path) == "error: cannot read standard input: it is closed\n"


def test_standard_input_that_cannot_be_read_is_told(tmp_path):
    said = told(f"0>{tmp_path}/a", tmp_path)
    assert said.startswith("error: cannot read standard input: ")
    assert said.count("\n") == 1
