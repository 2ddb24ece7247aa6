"""A trial: do the tests notice, in a copy of the project, what was broken there?"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final

from mutations import PROJECT, Mutation

Stage = tuple[str, ...]

COPIED: Final = ("pipelines", "tests", "docs", "README.md", "pyproject.toml")
STAGES: Final[tuple[Stage, ...]] = (
    ("tests/scenarios", "tests/views", "tests/merge"),
    (
        "tests/laws/test_batches.py",
        "tests/laws/test_reference.py",
        "tests/laws/test_retraction.py",
        "tests/laws/test_buckets.py",
        "tests/versions/test_upcasting.py",
        "tests/versions/test_contract.py",
        "tests/door/test_strict.py",
        "tests/door/test_decoding.py",
        "tests/door/test_unknown.py",
    ),
    (
        "tests/damage",
        "tests/releases/test_kept_logs.py",
        "tests/releases/test_continuity.py",
        "tests/releases/test_runs.py",
    ),
    ("tests/test_readme.py::test_the_data_dictionary_says_what_the_code_declares",),
)
"""What kills most comes first; only what survives a stage goes on to the next. None of it needs Java.

Before them come the tests that are called as the mutated file.
"""

SETTINGS: Final = {"HISTORIES": "200", "COLUMNS": "300"}  # fewer histories than usual, and longer lines
OPTIONS: Final = ("-x", "-q", "-p", "no:cacheprovider", "-k", "not both_engines")
PATIENCE: Final = 600  # seconds after which a stage hangs: ten times what it takes
FAILED: Final = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - (.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    """What became of a mutation: the test that killed it, or None, and how it said so.

    One that hangs or crashes the process is killed too, and said to do so.
    """

    mutation: Mutation
    killer: str | None
    why: str
    seconds: float


def copy(source: Path, into: Path) -> None:
    """The part of the project that the tests need, with the code that is compiled already."""
    for name in COPIED:
        if (source / name).is_dir():
            shutil.copytree(source / name, into / name)
        else:
            shutil.copy2(source / name, into / name)


def tried(mutation: Mutation, sound: Path) -> Verdict:
    """The verdict on a mutation of a sound copy."""
    start = monotonic()
    with TemporaryDirectory(prefix="newsfeed-mutation-") as folder:
        copy(sound, Path(folder))
        mutation.make(Path(folder))
        killer, why = failure(Path(folder), namesakes(mutation, Path(folder))) or (None, "")
    return Verdict(mutation, killer, why, monotonic() - start)


def namesakes(mutation: Mutation, folder: Path) -> Stage:
    """The tests that are called as the mutated file."""
    found = folder.glob(f"tests/**/test_{Path(mutation.file).stem}.py")
    return tuple(sorted(str(file.relative_to(folder)) for file in found))


def failure(folder: Path, first: Stage = ()) -> tuple[str, str] | None:
    """The first test that fails in a copy, stage by stage, and what it says."""
    found = (_failure_of(stage, folder) for stage in (first, *STAGES) if stage)
    return next((one for one in found if one is not None), None)


def _failure_of(stage: Stage, folder: Path) -> tuple[str, str] | None:
    command = [sys.executable, "-m", "pytest", *OPTIONS, f"--basetemp={folder / 'tmp'}", *stage]
    settings = os.environ | SETTINGS | {"PYTHONPATH": str(folder)}
    try:
        done = subprocess.run(  # noqa: S603 - our own tests
            command, cwd=folder, env=settings, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return "it hangs", f"{' '.join(stage)} took more than {PATIENCE} s"
    if done.returncode == 0:
        return None
    if done.returncode < 0:
        return "it crashes", f"{' '.join(stage)} ended by signal {-done.returncode}"
    told = FAILED.search(done.stdout)
    if done.returncode != 1 or told is None:
        raise RuntimeError(f"{' '.join(stage)}: expected tests that pass or fail, found {done.stdout}{done.stderr}")
    return told[1], told[2] or ""


def sound_copy(into: Path) -> str | None:
    """Copy the project as it is, and say what fails already."""
    copy(PROJECT, into)
    found = failure(into)
    return None if found is None else ": ".join(found)
