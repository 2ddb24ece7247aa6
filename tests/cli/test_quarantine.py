"""`newsfeed quarantine` of lines that are many, or long."""

import json
import shutil

import pytest

from pipelines.landing import rejects
from tests.landing.lines import file_of, line


@pytest.fixture
def long(call, tmp_path, monkeypatch):
    """The options for a lake with a long line in quarantine, which is a file of its own, and two short ones."""
    monkeypatch.setattr(rejects, "INLINE", 100)
    source = file_of(tmp_path / "a", b"bad", line(colour="red" * 1000), b"worse")
    call("land", source, "--root", tmp_path / "lake")
    return "quarantine", "--root", tmp_path / "lake"


def test_of_a_long_line_the_beginning_is_shown_and_which_file_it_is(call, long, tmp_path):
    said = call(*long).out.split("\n\n")[2].splitlines()
    (kept,) = (tmp_path / "lake" / "quarantine_raw").iterdir()
    assert said[2] == f"  {line(colour='red')[:120].decode()}"
    assert said[3] == f"  {len(line(colour='red' * 1000)):,} bytes: {kept}"


def test_a_long_line_whose_file_is_missing_is_told_in_its_place_and_when_it_is_tried_again(call, long, tmp_path):
    (kept,) = (tmp_path / "lake" / "quarantine_raw").iterdir()
    kept.unlink()
    said = call(*long).out.split("\n\n")
    assert said[2].splitlines()[2] == f"  cannot read {kept}: No such file or directory"
    assert "a, line 3 " in said[3]
    done = call(*long, "--readmit")
    helps = "`newsfeed repair` tells what was lost, and with --from lands that again from its source"
    told = f"error: not tried again, and still in quarantine: {kept} is missing; {helps}\n"
    assert (done.code, done.out.splitlines()[0], done.err) == (1, "read         2 lines", told)


def test_as_json_a_long_line_has_the_file_that_it_is(call, long, tmp_path):
    first, second, third = json.loads(call(*long, "--json").out)
    (kept,) = (tmp_path / "lake" / "quarantine_raw").iterdir()
    assert (first["raw"], second["raw"], third["raw"]) == ("bad", None, "worse")
    assert (second["raw_file"], "raw_file" in first) == (str(kept), False)


def test_as_json_as_many_are_shown_as_are_asked_for(call, long):
    assert [row["raw"] for row in json.loads(call(*long, "--json", "--limit", 1).out)] == ["bad"]


def test_an_empty_quarantine_is_an_empty_list(call, tmp_path):
    call("land", file_of(tmp_path / "a", line()), "--root", tmp_path / "lake")
    assert json.loads(call("quarantine", "--json", "--root", tmp_path / "lake").out) == []
    assert call("quarantine", "--root", tmp_path / "lake").out == "0 lines in quarantine\n"


def test_a_readmission_says_as_a_landing_does_that_the_index_was_missing(call, tmp_path):
    lake = tmp_path / "lake"
    call("land", file_of(tmp_path / "a", line(), b"bad"), "--root", lake)
    shutil.rmtree(lake / "ids")
    said = f"warning: the index {lake}/ids lacked 1 of the log's 1 files: it is made again from the log\n"
    assert [call("quarantine", "--readmit", "--root", lake).err for _ in range(2)] == [said, ""]
