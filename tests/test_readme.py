"""What the README and the tutorials show is executed, in a copy of the project, and prints what they say it prints."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from pipelines.cli import main
from tests.spark_process import QUICK_JAVA
from tests.surroundings import environment

PROJECT = Path(__file__).parent.parent
PAGES = ("README.md", "docs/new-view.md", "docs/scale.md")
RUNBOOK = "docs/operate.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"\A# (\S+\.py)\n")
LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".git", ".*cache", "lake", "lake-*", "results", "*.egg-info", "*.pyc*", "*.tmp.*"
)


def _blocks(page: str, *languages: str) -> list[tuple[str, str]]:
    found = BLOCK.findall((PROJECT / page).read_text(encoding="utf-8"))
    return [(language, text) for language, text in found if language in languages]


def _shown() -> list[tuple[str, str]]:
    """Each page with each text that it says is printed."""
    return [(page, text) for page in PAGES for _, text in _blocks(page, "text") if "──►" not in text]


def _as_shell(language: str, text: str) -> str:
    """A block as shell: commands as they are, Python is run, and Python that begins with a path becomes that file."""
    if language == "bash":
        return text
    file = FILE.match(text)
    return f"cat > {file[1]} <<'CODE'\n{text}CODE\n" if file else f"python - <<'CODE'\n{text}CODE\n"


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory):
    """A function that gives a copy of the project in which all blocks of a page ran, and what they print."""

    @cache
    def of(page: str) -> tuple[Path, str]:
        copy = tmp_path_factory.mktemp("page") / "project"
        shutil.copytree(PROJECT, copy, ignore=LEFT_OUT)
        (copy / ".venv").symlink_to(PROJECT / ".venv")
        script = "set -e\n" + "".join(_as_shell(*block) for block in _blocks(page, "bash", "python"))
        return copy, _printed(copy, script)

    return of


def _printed(copy: Path, script: str) -> str:
    """What a script prints that must succeed in a copy of the project."""
    command, settings = ["bash", "-c", script], environment(PYTHONPATH=str(copy), JDK_JAVA_OPTIONS=QUICK_JAVA)
    done = subprocess.run(command, cwd=copy, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout[-3000:]
    return done.stdout


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize(("page", "shown"), _shown())
def test_the_blocks_run_and_print_what_is_shown(executed, page: str, shown: str) -> None:
    _, printed = executed(page)
    expected, found = _lines(shown), _lines(printed)
    starts = range(len(found) - len(expected) + 1)
    is_there = any(found[start : start + len(expected)] == expected for start in starts)
    assert is_there, f"not printed:\n{shown}\n{printed}"


def test_each_command_of_the_runbook_succeeds(executed) -> None:
    _, printed = executed(RUNBOOK)
    assert "newsfeed_log_is_whole 1" in printed


def test_what_is_not_executed_says_what_it_needs() -> None:
    pages = (*PAGES, *(f"docs/{page.name}" for page in (PROJECT / "docs").glob("*.md")))
    blocks = [(page, text) for page in pages for _, text in _blocks(page, "sh")]
    assert [page for page, text in blocks if not text.startswith("# needs ")] == []


def test_each_alert_has_a_paragraph_and_asks_for_metrics_that_there_are() -> None:
    alerts = (PROJECT / "docs" / "alerts.yml").read_text(encoding="utf-8")
    runbook = (PROJECT / RUNBOOK).read_text(encoding="utf-8")
    anchors = {title.lower().replace(" ", "-") for title in re.findall(r"^### (.+)$", runbook, re.MULTILINE)}
    assert set(re.findall(r"operate\.md#([a-z-]+)", alerts)) <= anchors
    told = (PROJECT / "pipelines" / "reading" / "metrics.py").read_text(encoding="utf-8")
    assert all(f'"{name}"' in told for name in re.findall(r"newsfeed_(\w+)", alerts + runbook))


@pytest.mark.spark
def test_the_view_of_the_tutorial_is_the_same_on_both_engines(executed) -> None:
    copy, _ = executed("docs/new-view.md")
    again = _printed(copy, ".venv/bin/newsfeed run --rebuild --engine spark --root data/lake-tutorial")
    assert again.startswith("rebuild: the same again: release 2 serves on")


def test_the_data_dictionary_says_what_the_code_declares(capsys) -> None:
    assert main(["describe", "--markdown"]) == 0
    written = (PROJECT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == written, "docs/data-dictionary.md is out of date: `make docs`"
