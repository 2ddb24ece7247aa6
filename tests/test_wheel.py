"""A wheel holds all that the command needs, and the command is its own whatever other `pipelines` there are."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.landing.lines import file_of, line

PROJECT = Path(__file__).parents[1]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
POST = {"event_id": "e-2", "event_type": "posted", "actor_id": 5, "text": "Hello, wheel!"}


def done(*command, **settings):
    ended = subprocess.run(command, capture_output=True, text=True, check=False, **settings)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def newsfeed(tmp_path_factory):
    """The command of a wheel that is installed beside the packages which the tests have."""
    home = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "newsfeed_pipelines.py"):
        shutil.copy(PROJECT / name, home)
    shutil.copytree(PROJECT / "pipelines", home / "pipelines", ignore=shutil.ignore_patterns("__pycache__"))
    done(*PIP, "wheel", "--no-deps", "--wheel-dir", str(home / "dist"), str(home))
    done(sys.executable, "-m", "venv", "--without-pip", str(home / "env"))
    (wheel,) = (home / "dist").iterdir()
    python = str(home / "env" / "bin" / "python")
    done(*PIP, "--python", python, "install", "--no-deps", "--no-index", str(wheel))
    packages = Path(done(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (packages / "tests.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    shutil.copytree(PROJECT / "pipelines" / "__pycache__", packages / "pipelines" / "__pycache__", dirs_exist_ok=True)
    return home / "env" / "bin" / "newsfeed"


@pytest.fixture
def decoy(tmp_path):
    """A folder with another package of the same name."""
    (tmp_path / "decoy" / "pipelines").mkdir(parents=True)
    (tmp_path / "decoy" / "pipelines" / "__init__.py").write_text("raise SystemExit('the decoy was imported')", "utf-8")
    return tmp_path / "decoy"


@pytest.mark.parametrize("path", ["{}", "."])
def test_a_wheel_lands_runs_and_shows_whatever_other_pipelines_there_are(newsfeed, decoy, tmp_path, path):
    lines = file_of(tmp_path / "a.jsonl", line("e-1", "registered"), line(**POST))
    surroundings = os.environ | {
        "PYTHONPATH": str(decoy) if path == "decoy" else "",
        "NEWSFEED_ROOT": f"{tmp_path}/lake",
    }
    settings = {"env": surroundings, "cwd": decoy}
    assert "landed       2 events" in done(newsfeed, "land", lines, **settings)
    assert "release 1 covers 2 events" in done(newsfeed, "run", **settings)
    assert "Hello, wheel!" in done(newsfeed, "feed", "5", **settings)


def test_a_wheel_holds_every_file_of_the_package(newsfeed):
    of_project = {str(file.relative_to(PROJECT)) for file in (PROJECT / "pipelines").rglob("*") if file.is_file()}
    (packages,) = newsfeed.parents[1].glob("lib/python*/site-packages")
    of_wheel = {str(file.relative_to(packages)) for file in (packages / "pipelines").rglob("*") if file.is_file()}
    assert {name for name in of_project if "__pycache__" not in name} == {n for n in of_wheel if "__pycache__" not in n}
