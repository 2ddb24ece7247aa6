"""A trial: do the tests notice, in a copy of the project, what was broken there?"""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final

from mutations import Mutation
from mutations.processes import Ended, pytest_in

Stage = tuple[str, ...]

COPIED: Final = ("pipelines", "tests", "faults", "docs", "README.md", "pyproject.toml")
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
"""Where the test that a rule names does not notice, these are asked, one after another. None of them needs Java.

Before them come the tests that are called as the mutated file.
"""

OPTIONS: Final = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not spark", "-k", "not both_engines")
SERVERS: Final = "tests/servers/"
"""Tests that start servers are asked just where a rule names them: those of others may not be on this machine."""
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


def tried_on_its_own(sound: Path, mutation: Mutation) -> Verdict:
    """What the test that a mutation names says of it, in a copy of a sound copy."""
    return _tried(sound, mutation, [(mutation.test,)])


def tried_on_all(sound: Path, mutation: Mutation) -> Verdict:
    """What all others say."""
    return _tried(sound, mutation, [namesakes(mutation, sound), *STAGES])


def _tried(sound: Path, mutation: Mutation, stages: Iterable[Stage]) -> Verdict:
    start = monotonic()
    with TemporaryDirectory(
        prefix="newsfeed-mutation-", ignore_cleanup_errors=True
    ) as folder:  # a helper may yet write
        copy(sound, Path(folder))
        mutation.make(Path(folder))
        killer, why = failure(Path(folder), stages) or (None, "")
    return Verdict(mutation, killer, why, monotonic() - start)


def namesakes(mutation: Mutation, folder: Path) -> Stage:
    """The tests that are called as the mutated file."""
    found = (str(file.relative_to(folder)) for file in folder.glob(f"tests/**/test_{Path(mutation.file).stem}.py"))
    return tuple(sorted(file for file in found if not file.startswith(SERVERS)))


def failure(folder: Path, stages: Iterable[Stage]) -> tuple[str, str] | None:
    """The first test that fails in a copy, stage by stage, and what it says."""
    found = (_failure_of(stage, pytest_in(folder, [*OPTIONS, *stage], PATIENCE)) for stage in stages if stage)
    return next((one for one in found if one is not None), None)


def _failure_of(stage: Stage, ended: Ended) -> tuple[str, str] | None:
    if ended.code == 0:
        return None
    if ended.code is None:
        return "it hangs", f"{' '.join(stage)} took more than {PATIENCE} s"
    if ended.code < 0:
        return "it crashes", f"{' '.join(stage)} ended by signal {-ended.code}"
    told = FAILED.search(ended.said)
    if ended.code != 1 or told is None:
        raise RuntimeError(f"{' '.join(stage)}: expected tests that pass or fail, found {ended.said}")
    return told[1], told[2] or ""


def fault_of(sound: Path, stages: Iterable[Stage]) -> str | None:
    """What fails already in a copy in which nothing is broken."""
    found = failure(sound, stages)
    return None if found is None else ": ".join(found)
