"""What the README says of reading with other tools holds for every view: none are lost, and no id is rounded."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.landing.lines import file_of, line
from tests.surroundings import environment

README = Path(__file__).parents[2] / "README.md"
(EXAMPLE,) = re.findall(r"^```python\n(import json\n.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
READER, AUTHOR, FRIEND, POST = (2**63 - number for number in (1, 2, 3, 4))
COLUMNS = ["reader_id", "position", "post_id", "author_id", "reposter_id", "entered_at"]
SHOWN = """
frame = newsfeed.to_table().to_pandas(types_mapper=pandas.ArrowDtype)
print("columns", *frame.columns, *duckdb.sql("SELECT * FROM newsfeed").columns)
print("ids", *frame["reposter_id"].fillna(0), frame["reposter_id"].isna().sum())
"""


@pytest.fixture
def told_by_the_example(call, tmp_path):
    """A function that lands and runs these lines, and gives what the README's example shows of the newsfeed."""

    def tell(*lines):
        root = tmp_path / "lake"
        for command in (["land", file_of(tmp_path / "a", *lines)], ["run"]):
            assert call(*command, "--root", root).code == 0
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        settings = environment(NEWSFEED_ROOT=str(root), PATH=path)
        command = [sys.executable, "-c", EXAMPLE + SHOWN]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=settings).stdout.splitlines()

    return tell


def test_ids_of_63_bits_are_exact_in_a_column_with_nulls(told_by_the_example):
    printed = told_by_the_example(
        line("f", "followed", actor_id=READER, followee_id=FRIEND),
        line("p", "posted", actor_id=AUTHOR, post_id=POST),
        line("r", "reposted", actor_id=FRIEND, post_id=POST),
    )
    assert sorted(printed[-1].split()) == sorted(["ids", str(FRIEND), "0", "1"])
    assert str(READER) in "\n".join(printed[:-2])


def test_a_view_without_rows_has_its_columns(told_by_the_example):
    printed = told_by_the_example(line("u", "unliked", actor_id=1, post_id=1))
    assert printed[-2:] == [f"columns {' '.join(COLUMNS * 2)}", "ids 0"]
