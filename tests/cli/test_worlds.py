"""Whatever the system refuses is told on one line that names the place; nothing is lost, and it works once it may."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.landing.lines import file_of, line

ROOT = Path(__file__).parents[2]
ORDINARY = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
COMMANDS = {
    "status": ["status"],
    "releases": ["releases"],
    "feed": ["feed", "1"],
    "find": ["find", "l"],
    "user": ["user", "2"],
    "sql": ["sql", "SELECT * FROM posts"],
    "path": ["path", "posts"],
    "export": ["export", "posts", "a.csv"],
    "quarantine": ["quarantine"],
    "readmit": ["quarantine", "--readmit"],
    "land": ["land", "more"],
    "run": ["run", "--cap", "7"],
}
UNREADABLE = [
    ("", COMMANDS),
    ("log", ("status", "land", "run")),
    ("log/_delta_log/*", ("status", "run")),
    ("log/*/*.parquet", ("run",)),
    ("quarantine", ("status", "quarantine")),
    ("quarantine/_delta_log", ("readmit",)),
    ("quarantine/*.parquet", ("quarantine",)),
    ("releases", ("releases", "feed", "find", "user", "sql", "path", "export", "run")),
    ("releases/*.parquet", ("status", "feed")),
    ("views", ("sql", "run")),
    ("views/newsfeed/*.parquet", ("feed",)),
    ("views/posts/*.parquet", ("user", "sql", "export")),
    ("views/profile/_delta_log", ("find",)),
]
UNWRITABLE = [
    ("_scratch", ("readmit",)),
    ("log/_delta_log", ("land",)),
    ("log", ("land",)),
    ("quarantine", ("land",)),
    ("releases/_delta_log", ("run",)),
    ("views/posts", ("run",)),
]


def each(table):
    return [(place, name) for place, names in table for name in names]


@pytest.fixture(scope="session")
def command(tmp_path_factory):
    """A function that runs the command without root's rights; its exit code, output and error output."""
    started = [*(ORDINARY if os.geteuid() == 0 else []), sys.executable, str(Path(__file__).with_name("commands.py"))]
    settings = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    pipe = subprocess.PIPE
    with subprocess.Popen(started, stdin=pipe, stdout=pipe, env=settings, text=True) as process:

        def run(*arguments, **told):
            process.stdin.write(json.dumps({"arguments": [str(one) for one in arguments], **told}) + "\n")
            process.stdin.flush()
            return SimpleNamespace(**json.loads(process.stdout.readline()))

        yield run
        process.stdin.close()


@pytest.fixture
def lake(told, tmp_path):
    """A copy of the lake with two releases, and lines to land beside it."""
    file_of(tmp_path / "more", line("e-9", actor_id=9), b"worse")
    root = tmp_path / "lake"
    shutil.copytree(told.root, root)
    (root / "_scratch").mkdir(exist_ok=True)
    return root


def require_one_line(said, place):
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1), said.err
    assert said.err.startswith("error: cannot ")
    assert str(place) in said.err


@pytest.mark.parametrize(("place", "name"), each(UNREADABLE), ids=" ".join)
def test_what_may_not_be_read_is_told(command, lake, tmp_path, place, name):
    shut = list(lake.glob(place)) if place else [lake]
    for one in shut:
        one.chmod(0)
    said = command(*COMMANDS[name], "--root", lake, cwd=str(tmp_path))
    for one in shut:
        one.chmod(0o755)
    require_one_line(said, lake / place.partition("*")[0])
    assert said.err.endswith(": Permission denied\n" if "*" in place else f" {lake / place}: Permission denied\n")


@pytest.mark.parametrize(("place", "name"), each(UNWRITABLE), ids=" ".join)
def test_what_may_not_be_written_is_told_at_once_and_done_once_it_may(command, lake, tmp_path, place, name):
    before = command("sql", "SELECT * FROM newsfeed", "--root", lake).out
    shut = list(lake.glob(place)) if place else [lake]
    for one in shut:
        one.chmod(0o555)
    said = command(*COMMANDS[name], "--root", lake, cwd=str(tmp_path))
    for one in shut:
        one.chmod(0o755)
    require_one_line(said, lake / place.partition("*")[0])
    assert command("sql", "SELECT * FROM newsfeed", "--root", lake).out == before
    assert command(*COMMANDS[name], "--root", lake, cwd=str(tmp_path)).code == 0


ODD_ROOTS = ["a b;c'\"&|<>^`$(d)%:=,@+", "é e\u0301 東京 😀", "./~", "n" * 250, "no/../yes", "./x//y/", "-"]
MISREAD = ["a*b", "a?b", "[a]", "{a}", "a#b", "per%20cent", "a\\b", "a\nb", "a\tb", "a\x7fb", b"n\xff"]


@pytest.mark.parametrize("root", ODD_ROOTS)
def test_a_root_may_have_any_name_that_is_read_as_it_is(command, told, tmp_path, root):
    (tmp_path / "no").mkdir()
    shutil.copytree(told.root, tmp_path / root)
    file_of(tmp_path / "more", line("e-9", actor_id=9))
    for name in ("land", "run", "sql", "path"):
        said = command(*COMMANDS[name], f"--root={root}", cwd=str(tmp_path))
        assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"{tmp_path / os.path.normpath(root)}/views/posts version ")


@pytest.mark.parametrize(("root", "name"), [*((one, "status") for one in MISREAD), *(("#", name) for name in COMMANDS)])
def test_a_root_that_would_be_misread_is_refused(command, tmp_path, root, name):
    said = command(*COMMANDS[name], f"--root={os.fsdecode(root)}", cwd=str(tmp_path))
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("error: --root: expected a path without ")
    assert ascii(os.fsdecode(root))[1:-1] in said.err
    assert list(tmp_path.iterdir()) == []


MISREAD_IN_URL = [*MISREAD[:-1], "a b", 'a"b', "a<b", "a>b", "a`b", "ä", "a//b", "a/./b", "a/.."]


@pytest.mark.parametrize("name", MISREAD_IN_URL)
@pytest.mark.parametrize("server", ["hdfs://127.0.0.1:1", "s3://bucket"])
def test_a_url_that_would_be_misread_as_a_root_is_refused_before_its_server_is_asked(command, server, name):
    said = command("status", "--root", f"{server}/{name}")
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("error: --root: expected a URL without ")


def test_a_server_that_does_not_answer_is_not_waited_for(command, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        root = f"hdfs://127.0.0.1:{silent.getsockname()[1]}/lake"
        said = command("status", "--root", root)
    assert (said.code, said.err) == (1, f"error: cannot reach {root}: no answer in 9 seconds\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_where_no_server_listens_that_is_told(command, tmp_path, name):
    file_of(tmp_path / "more", line())
    root = "hdfs://127.0.0.1:1/lake"
    said = command(*COMMANDS[name], "--root", root, cwd=str(tmp_path))
    assert (said.code, said.err) == (1, f"error: cannot reach {root}: Connection refused\n")


@pytest.mark.parametrize(
    "poor", [{"limits": {"open files": 64}}, {"environment": {"TMPDIR": "/nowhere"}}, {"unset": ["HOME"]}], ids=str
)
def test_with_little_it_works_all_the_same(command, lake, tmp_path, poor):
    for name in ("land", "run", "sql"):
        said = command(*COMMANDS[name], "--root", lake, cwd=str(tmp_path), **poor)
        assert (said.code, said.err) == (0, "")


def test_where_the_current_folder_is_gone_a_relative_path_is_told_and_an_absolute_one_works(command, lake, tmp_path):
    gone = {"cwd": str(tmp_path / "gone"), "gone": True}
    assert command("feed", "1", "--root", lake, **gone).code == 0
    for arguments in COMMANDS.values():
        said = command(*arguments, "--root", "lake", **gone)
        assert (said.code, said.err.count("\n")) == (1, 1)
        assert said.err.startswith("error: cannot find lake: ")


def test_what_no_command_foresees_is_told_as_a_bug_with_a_traceback_on_demand(call, monkeypatch):
    def fail(lake):
        return {}["nothing"]

    monkeypatch.setattr("pipelines.reading.inspection.status_of", fail)
    said = call("status")
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert said.err.startswith(f"error: this is a bug of newsfeed: KeyError at {__file__}, line ")
    monkeypatch.setenv("NEWSFEED_DEBUG", "1")
    assert "Traceback" in call("status").err


@pytest.mark.parametrize("option", ["run --cap", "feed 1 --limit", "find a --limit", "user 1 --limit", "sql a --limit"])
@pytest.mark.parametrize("number", ["0", "2147483648", "99999999999999999999999", "-1", "1.5", "x"])
def test_a_number_out_of_bounds_is_refused(call, option, number):
    said = call(*option.split(), number)
    assert (said.code, said.out) == (2, "")
    assert f"Invalid value for '{option.split()[-1]}'" in said.err
