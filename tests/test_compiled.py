"""Machine code is kept where it can be, and what cannot be read or written of it is left aside."""

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from functools import partial
from pathlib import Path

import pytest

from pipelines.compiled import folders, signatures
from tests.landing.lines import file_of, line

PROJECT = Path(__file__).parents[1]
NOBODY = 65534
OURS = ("helpers", "probe")
COUNT = "import numpy, pipelines.door.scan as s; print(s.count_lines(numpy.full(3, 10, 'u1')))"
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); "
PYTHON = [sys.executable, "-c"]
NEWSFEED = "from pipelines.cli import script; script()"


def done(command, user=None, **settings):
    """What a process printed, which had no home and succeeded."""
    surroundings = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    surroundings |= {"PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"} | settings
    who = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    ended = subprocess.run(command, env=surroundings, cwd="/", capture_output=True, text=True, check=False, **who)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout, ended.stderr


def kept_in(folder):
    """The sizes of the files with machine code."""
    return {file.name: file.stat().st_size for file in folder.rglob("*") if file.is_file() and file.name not in OURS}


@pytest.mark.parametrize("damage", ["empty", "cut", "random"])
def test_a_damaged_file_is_left_aside_and_replaced(tmp_path, damage):
    assert done([*PYTHON, COUNT], NUMBA_CACHE_DIR=str(tmp_path)) == ("3\n", "")
    (whole,) = tmp_path.rglob("*count_lines*")
    size = whole.stat().st_size
    content = {"empty": b"", "cut": whole.read_bytes()[:-1], "random": random.Random(1).randbytes(size)}[damage]
    whole.write_bytes(content)
    assert done([*PYTHON, COUNT], NUMBA_CACHE_DIR=str(tmp_path)) == ("3\n", "")
    assert kept_in(tmp_path) == {whole.name: size}
    assert whole.read_bytes() != content


def test_machine_code_that_is_kept_runs_without_the_compiler(tmp_path):
    loaded = "; import sys; print('numba.cpython.numbers' in sys.modules)"
    assert done([*PYTHON, COUNT + loaded], NUMBA_CACHE_DIR=str(tmp_path)) == ("3\nTrue\n", "")
    assert done([*PYTHON, COUNT + loaded], NUMBA_CACHE_DIR=str(tmp_path)) == ("3\nFalse\n", "")


def test_on_a_full_disk_functions_are_compiled_and_nothing_is_left(tmp_path):
    assert done([*PYTHON, LIMITED + COUNT], NUMBA_CACHE_DIR=str(tmp_path)) == ("3\n", "")
    assert kept_in(tmp_path) == {}


def test_where_no_file_can_be_written_one_line_says_so(tmp_path):
    told_all = "import logging; logging.basicConfig(level=logging.INFO, format='%(message)s'); "
    many = LIMITED + told_all + "import pipelines.runs.run; " + COUNT
    printed, told = done([*PYTHON, many], NUMBA_CACHE_DIR=str(tmp_path))
    assert printed == "3\n"
    assert told.endswith(
        f" functions, once; they are not kept: no file can be written in {tmp_path}/newsfeed-compiled\n"
    )
    assert told.count("\n") == 1


def test_a_zip_of_the_project_shares_its_machine_code(tmp_path):
    shutil.copytree(PROJECT / "pipelines", tmp_path / "pipelines", ignore=shutil.ignore_patterns("__pycache__"))
    packed = shutil.make_archive(str(tmp_path / "newsfeed"), "zip", tmp_path, "pipelines")
    listed = "; from pipelines.compiled import signatures; print(signatures.__file__, len(signatures.entries()) > 0)"
    kept = str(tmp_path / "kept")
    printed, _ = done([*PYTHON, COUNT + listed], PYTHONPATH=packed, NUMBA_CACHE_DIR=kept)
    assert printed == f"3\n{packed}/pipelines/compiled/signatures.py True\n"
    (before,) = (tmp_path / "kept").rglob("*count_lines*")
    os.utime(before, (0, 0))
    assert done([*PYTHON, COUNT], NUMBA_CACHE_DIR=kept) == ("3\n", "")
    (after,) = (tmp_path / "kept").rglob("*count_lines*")
    assert (after, after.stat().st_mtime) == (before, 0)


@pytest.fixture
def installed():
    """A copy of the project without machine code that `nobody` may only read, and a temporary folder for everyone."""
    home = Path(tempfile.mkdtemp())
    shutil.copytree(PROJECT / "pipelines", home / "pipelines", ignore=shutil.ignore_patterns("__pycache__"))
    (home / "tmp").mkdir()
    (home / "tmp").chmod(0o1777)
    home.chmod(0o755)
    yield home
    shutil.rmtree(home)


@pytest.fixture
def nobodys(installed):
    """A function that runs code as `nobody`, by an interpreter which that user may start."""
    if os.geteuid() != 0:
        pytest.skip("only root may start a process of another user")
    packages, temporary = sysconfig.get_path("purelib"), str(installed / "tmp")

    def run(python, code, *arguments):
        path = {"PYTHONPATH": f"{installed}:{packages}", "TMPDIR": temporary}
        return done([python, "-c", code, *arguments], user=NOBODY, **path)

    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with contextlib.suppress(OSError, AssertionError):
            run(python, "import numba")
            return partial(run, python)
    pytest.skip("nobody may start no Python of this version")


def test_a_user_without_a_home_keeps_machine_code_in_a_temporary_folder_of_its_own(installed, nobodys):
    assert nobodys(COUNT) == ("3\n", "")
    (folder,) = (installed / "tmp").iterdir()
    assert folder.name == f"newsfeed-compiled-{NOBODY}"
    assert (folder.stat().st_uid, folder.stat().st_mode & 0o777) == (NOBODY, 0o700)
    assert len(kept_in(folder)) == 1


def test_a_user_without_a_home_lands_and_runs_with_a_project_that_it_may_only_read(installed, nobodys):
    done([sys.executable, "-m", "pipelines.compiled"])
    own = installed / "tmp" / f"newsfeed-compiled-{NOBODY}"
    shutil.copytree(folders.BESIDE, own)
    for file in (own, *own.iterdir()):
        os.chown(file, NOBODY, NOBODY)
    events = file_of(installed / "events.jsonl", line("e-1", "registered"))
    root = ["--root", str(installed / "tmp" / "lake")]
    landed, told = nobodys(NEWSFEED, "land", events, *root)
    assert ("landed       1 event as landing 1" in landed, told) == (True, "")
    published, told = nobodys(NEWSFEED, "run", *root)
    assert (published.startswith("release 1 covers 1 event"), told) == (True, "")


@pytest.mark.parametrize("unsafe", ["writable by others", "a link"])
def test_a_temporary_folder_that_others_can_write_is_not_used(tmp_path, unsafe):
    folder, elsewhere = tmp_path / f"newsfeed-compiled-{os.geteuid()}", tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere) if unsafe == "a link" else folder.mkdir()
    folder.chmod(0o777 if unsafe == "writable by others" else 0o700)
    show = "import tempfile; from pipelines.compiled import folders; print(*folders.folders())"
    printed, _ = done([*PYTHON, show], TMPDIR=str(tmp_path), XDG_CACHE_HOME=f"{PROJECT}/README.md")
    assert printed.split() == [str(folders.BESIDE)]


def test_what_the_list_names_is_there():
    assert [entry[:2] for entry in signatures.entries() if signatures.resolved(entry) is None] == []


def test_the_demo_needs_nothing_that_is_not_listed():
    needed = "import json; from tests.signatures import needed_by_the_demo; print(json.dumps(needed_by_the_demo()))"
    printed, _ = done([*PYTHON, needed])
    listed = [json.dumps(entry) for entry in signatures.entries()]
    assert sorted(set(json.loads(printed)) - set(listed)) == [], "`make signatures` lists them"
