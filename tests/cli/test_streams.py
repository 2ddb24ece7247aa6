"""Standard output that is closed, full, no longer read or of a poor encoding: a line at most, and no traceback."""

import json
import os
import subprocess
import sys

import pytest

NEWSFEED = f"{sys.executable} -c 'from pipelines.cli import script; script()'"
BAD = "error: cannot write to standard output: Bad file descriptor\n"
FULL = "error: cannot write to standard output: No space left on device\n"
SAYING = ["sql 'SELECT * FROM posts'", "sql 'SELECT * FROM posts' --json", "status", "feed 1", "describe", "--help"]


@pytest.fixture
def shell(told):
    """A function that runs a line of the shell, in which `newsfeed` is the command."""

    def run(line, **settings):
        environment = os.environ | {"NEWSFEED_ROOT": told.root} | settings
        script = f'set -o pipefail; newsfeed() {{ {NEWSFEED} "$@"; }}; {line}'
        return subprocess.run(["bash", "-c", script], check=False, env=environment, capture_output=True, text=True)

    return run


@pytest.mark.parametrize("said", SAYING)
@pytest.mark.parametrize(("to", "message"), [(">&-", BAD), (">/dev/full", FULL)])
def test_where_nothing_can_be_said_that_is_told(shell, said, to, message):
    done = shell(f"newsfeed {said} {to}")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)


@pytest.mark.parametrize("closed", ["2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_where_not_even_a_fault_can_be_told_the_code_tells_it(shell, closed):
    done = shell(f"newsfeed feed 99 {closed}")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_what_nobody_reads_on_ends_quietly(shell):
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) SELECT i FROM n"
    done = shell(f'newsfeed sql "{many}" | head -n 1 > /dev/null')
    assert (done.returncode, done.stdout, done.stderr) == (141, "", "")


def test_characters_that_an_encoding_lacks_are_escaped(shell):
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    assert "\\u00d6\\u6771\\u4eac" in shell("newsfeed sql \"SELECT 'Ö東京' AS t\"", **ascii_only).stdout
    assert "nobody is called \\u00d6l\\u2026" in shell("newsfeed find Öl", **ascii_only).stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_the_same_in_every_encoding(told, encoding):
    command = [sys.executable, "-c", "from pipelines.cli import script; script()"]
    command += ["sql", "SELECT 'Öz 東京 😀' AS t", "--json", "--root", told.root]
    done = subprocess.run(command, env=os.environ | {"PYTHONIOENCODING": encoding}, capture_output=True, check=True)
    assert json.loads(done.stdout.decode(encoding)) == [{"t": "Öz 東京 😀"}]
