"""What docs/serving.md shows is executed, and prints what it says."""

import re
import shutil
import socket

from tests.test_readme import LEFT_OUT, PROJECT, _as_shell, _blocks, _lines, _printed

PAGE = "docs/serving.md"
SHOWN_ONLY = "newsfeed serve  "
"""How the block begins that is no output."""


def test_the_examples_of_the_page_run_and_print_what_is_shown(tmp_path):
    copy = tmp_path / "project"
    shutil.copytree(PROJECT, copy, ignore=LEFT_OUT)
    (copy / ".venv").symlink_to(PROJECT / ".venv")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    blocks = "".join(_as_shell(*block) for block in _blocks(PAGE, "bash"))
    ending = "set -e\ntrap 'kill $(jobs -p); wait' EXIT\n"
    found = _lines(_printed(copy, ending + re.sub(r"\b8480\b", str(port), blocks)))
    for _, shown in _blocks(PAGE, "text"):
        expected = [line.replace("8480", str(port)) for line in _lines(shown)]
        starts = range(len(found) - len(expected) + 1)
        assert shown.startswith(SHOWN_ONLY) or any(found[at : at + len(expected)] == expected for at in starts), shown
