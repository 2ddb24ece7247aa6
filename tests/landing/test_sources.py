"""Which files a landing reads, in which order."""

import gzip
import io
import os
import sys
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from pipelines.landing.sources import chunks_of
from pipelines.storage.places import PlaceError
from tests.landing.lines import counts, events, file_of, ids, line, quarantined


@pytest.fixture
def folder(tmp_path):
    """A folder with two files to land, and what is no data."""
    inbox = tmp_path / "inbox"
    (inbox / "deeper").mkdir(parents=True)
    names = ("b.jsonl", "a.jsonl", ".hidden", "_SUCCESS", "deeper/c.jsonl")
    for number, name in enumerate(names):
        file_of(inbox / name, line(f"e-{number}"))
    return inbox


def read_from(*sources):
    """The names of the files that are read, in order."""
    return [chunk.source.rsplit("/", 1)[-1] for chunk in chunks_of("no scratch", sources)]


def stdin_of(monkeypatch, data):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def test_a_folder_gives_its_own_files_by_name_but_not_hidden_ones(folder):
    assert read_from(str(folder)) == ["a.jsonl", "b.jsonl"]


def test_sources_come_in_the_order_given(folder):
    sources = [f"{folder}/deeper", f"{folder}/b.jsonl", f"{folder}/a.jsonl"]
    assert read_from(*sources) == ["c.jsonl", "b.jsonl", "a.jsonl"]


def test_a_glob_gives_the_files_that_match_by_name(folder):
    assert read_from(f"{folder}/*") == ["a.jsonl", "b.jsonl"]
    assert read_from(f"{folder}/**/*.jsonl") == ["a.jsonl", "b.jsonl", "c.jsonl"]


def test_a_hidden_file_that_is_named_is_read(folder):
    assert read_from(f"{folder}/.hidden") == [".hidden"]


def test_a_file_whose_name_looks_like_a_glob_is_read(tmp_path):
    assert read_from(file_of(tmp_path / "a[1]*.jsonl", line())) == ["a[1]*.jsonl"]


def test_a_relative_path_names_the_same_source_as_the_whole_one(land, lake, tmp_path, monkeypatch):
    whole = file_of(tmp_path / "a.jsonl", b"bad")
    monkeypatch.chdir(tmp_path)
    land("a.jsonl")
    assert counts(land(whole)) == (1, 0, 0, 1, 0)
    assert [row["source"] for row in quarantined(lake)] == [whole]


@pytest.mark.parametrize("missing", ["none.jsonl", "none-*.jsonl", "none/"])
def test_a_source_that_is_not_there_stops_the_landing_before_it_begins(land, lake, tmp_path, missing):
    good = file_of(tmp_path / "a.jsonl", line())
    with pytest.raises(PlaceError, match="cannot read .*none.*: no such file or folder, and no file matches it"):
        land(good, str(tmp_path / missing))
    assert events(lake) == []


def test_a_compressed_file_lands_like_the_file_itself(land, lake, tmp_path):
    lines = [line("e-1"), b"bad", line("e-2", text="x")]
    assert counts(land(file_of(tmp_path / "a.jsonl.gz", *lines))) == (3, 1, 0, 2, 2)
    assert [(row["line_number"], row["byte_offset"], row["raw"]) for row in quarantined(lake)] == [
        (2, len(lines[0]) + 1, b"bad"),
        (3, len(lines[0]) + 5, lines[2]),
    ]


def test_several_compressed_members_are_one_file(land, lake, tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(line("e-1") + b"\n" + line("e-2")[:20]) + gzip.compress(line("e-2")[20:]))
    land(str(path))
    assert ids(lake) == ["e-1", "e-2"]


BROKEN = {
    "cut off": lambda whole: whole[:-9],
    "no gzip at all": lambda _: line() + b"\n",
    "wrong checksum": lambda whole: whole[:-8] + b"\0" * 8,
    "garbage at the end": lambda whole: whole + b"garbage",
    "garbage inside": lambda whole: whole[:12] + b"\xff" * 20 + whole[32:],
}


@pytest.mark.parametrize("damage", BROKEN)
def test_a_broken_gzip_is_one_clear_fault_and_nothing_lands(land, lake, tmp_path, damage):
    path = tmp_path / "a.gz"
    path.write_bytes(BROKEN[damage](gzip.compress(b"".join(line(f"e-{n}") + b"\n" for n in range(99)))))
    with pytest.raises(PlaceError, match=r"cannot read .*a\.gz: not a whole gzip file \("):
        land(file_of(tmp_path / "good.jsonl", line("good")), str(path))
    assert events(lake) == []


def test_standard_input_is_a_source_and_leaves_nothing_behind(land, lake, tmp_path, monkeypatch):
    stdin_of(monkeypatch, line("e-2") + b"\nbad")
    assert counts(land(file_of(tmp_path / "a.jsonl", line("e-1")), "-")) == (3, 2, 0, 1, 1)
    assert [(row["source"], row["line_number"], row["raw"]) for row in quarantined(lake)] == [("-", 2, b"bad")]
    assert list(Path(lake.root, "_scratch").iterdir()) == []


def test_standard_input_is_taken_away_also_when_the_landing_fails(land, lake, tmp_path, monkeypatch):
    (tmp_path / "a.gz").write_bytes(b"bad")
    stdin_of(monkeypatch, line())
    with pytest.raises(PlaceError):
        land("-", str(tmp_path / "a.gz"))
    assert list(Path(lake.root, "_scratch").iterdir()) == []


def test_what_flows_through_a_named_pipe_is_not_lost_in_silence(land, lake, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    Thread(target=pipe.write_bytes, args=(line(),), daemon=True).start()
    try:
        land(str(pipe))
    except PlaceError as fault:
        assert "pipe" in str(fault)  # noqa: PT017 (one of two good outcomes)
    else:
        assert ids(lake) == ["e-1"]


@pytest.mark.parametrize("name", ["empty.jsonl", "empty.gz", "folder"])
def test_nothing_to_read_lands_nothing(land, tmp_path, name):
    path = tmp_path / name
    path.mkdir() if name == "folder" else path.write_bytes(b"")
    landing = land(str(path))
    assert (landing.number, counts(landing), landing.faults) == (None, (0, 0, 0, 0, 0), {})
