"""A damaged data file: every command that reads it says so on one line, and ends with 1."""

import shutil
from pathlib import Path

import pytest
from deltalake import DeltaTable

COMMANDS = {
    "log": (["run", "--rebuild"],),
    "quarantine": (["quarantine"],),
    "releases": (["feed", "1"], ["run"], ["releases"], ["status"], ["sql", "SELECT 1"]),
    "views/newsfeed": (["feed", "1"], ["export", "newsfeed", "newsfeed.csv"], ["sql", "SELECT * FROM NewsFeed"]),
    "views/user_directory": (["find", "mi"],),
    "views/profile": (["user", "1"], ["feed", "@leo"]),
}


def flip(place):
    """Flip a bit of each byte of a file but those that say where its footer is."""
    whole = Path(place).read_bytes()
    Path(place).write_bytes(bytes(byte ^ 1 for byte in whole[:-8]) + whole[-8:])


@pytest.mark.parametrize(("table", "command"), [(name, one) for name, some in COMMANDS.items() for one in some])
def test_a_command_names_the_damaged_file(call, told, tmp_path, monkeypatch, table, command):
    monkeypatch.chdir(tmp_path)
    root = shutil.copytree(told.root, tmp_path / "lake")
    places = DeltaTable(f"{root}/{table}").file_uris()
    for place in places:
        flip(place)
    said = call(*command, "--root", root)
    (line,) = said.err.splitlines()
    assert (said.code, said.out) == (1, "")
    assert any(line.startswith(f"error: {place} is damaged: expected a ") for place in places), line


def test_a_query_of_other_views_is_answered(call, told, tmp_path):
    root = shutil.copytree(told.root, tmp_path / "lake")
    for place in DeltaTable(f"{root}/views/newsfeed").file_uris():
        flip(place)
    assert call("sql", "SELECT count(*) FROM posts", "--root", root).code == 0
