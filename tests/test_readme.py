"""What the README shows is executed, in a copy of the project, and prints what the README says it prints."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"\A# (\S+\.py)\n")
LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".git", ".*cache", "lake", "lake-demo", "results", "*.egg-info", "*.pyc*", "*.tmp.*"
)


def _blocks(*languages: str) -> list[tuple[str, str]]:
    found = BLOCK.findall((PROJECT / "README.md").read_text(encoding="utf-8"))
    return [(language, text) for language, text in found if language in languages]


def _as_shell(language: str, text: str) -> str:
    """A block as shell: commands as they are, Python is run, and Python that begins with a path becomes that file."""
    if language == "bash":
        return text
    file = FILE.match(text)
    return f"cat > {file[1]} <<'CODE'\n{text}CODE\n" if file else f"python - <<'CODE'\n{text}CODE\n"


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What all blocks print, run one after another in one shell."""
    copy = tmp_path_factory.mktemp("readme") / "project"
    shutil.copytree(PROJECT, copy, ignore=LEFT_OUT)
    (copy / ".venv").symlink_to(PROJECT / ".venv")
    script = "set -e\n" + "".join(_as_shell(*block) for block in _blocks("bash", "python"))
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    command = ["bash", "-c", script]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout[-3000:]
    return done.stdout


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize("shown", [text for _, text in _blocks("text") if "──►" not in text])
def test_the_blocks_run_and_print_what_is_shown(printed: str, shown: str) -> None:
    expected, found = _lines(shown), _lines(printed)
    starts = range(len(found) - len(expected) + 1)
    is_there = any(found[start : start + len(expected)] == expected for start in starts)
    assert is_there, f"not printed:\n{shown}\n{printed}"
