"""Which files a landing reads, in which order."""

import io
import os
import sys
from pathlib import Path
from socket import AF_UNIX, socket
from threading import Thread
from types import SimpleNamespace

import fsspec
import pytest

from pipelines.storage.places import PlaceError
from pipelines.storage.urls import UrlError
from tests.landing.lines import batch_of, counts, events, file_of, ids, line, quarantined

ODD = ["a b.jsonl", "per%20cent.jsonl", "a#b?c;d.jsonl", "a[1]*.jsonl", "new\nline", "~", "-", "ünï.jsonl", "{a,b}"]


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
    return [piece.source.rsplit("/", 1)[-1] for chunk in batch_of("no scratch", sources).chunks for piece in chunk]


def not_read(*sources):
    """How many entries are not read, by what they are."""
    return dict(batch_of("no scratch", sources).not_read)


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


def test_a_folder_says_what_is_not_read_of_it(folder):
    (folder / "link.jsonl").symlink_to(folder / "a.jsonl")
    (folder / "broken.jsonl").symlink_to(folder / "nothing")
    (folder / "itself").symlink_to(folder / "itself")
    (folder / "again").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    with socket(AF_UNIX) as bound:
        bound.bind(str(folder / "socket"))
    assert read_from(str(folder)) == ["a.jsonl", "b.jsonl", "link.jsonl"]
    assert not_read(str(folder)) == {
        "hidden name": 2, "folder": 2, "broken link": 2, "named pipe": 1, "socket": 1,
    }  # fmt: skip


def test_a_glob_says_what_it_matches_that_is_not_read(folder):
    os.mkfifo(folder / "pipe.jsonl")
    assert not_read(f"{folder}/*") == {"hidden name": 1, "folder": 1, "named pipe": 1}
    assert not_read(f"{folder}/**") == {"hidden name": 1, "named pipe": 1}


def test_a_loop_of_links_is_gone_round_once(folder):
    (folder / "0").symlink_to(folder)
    (folder / "deeper" / "up").symlink_to(folder)
    (folder / "deeper" / "1").symlink_to(folder / "deeper")
    assert read_from(f"{folder}/**/*.jsonl") == ["a.jsonl", "b.jsonl", "c.jsonl"]
    assert sorted(read_from(f"{folder}/**/deeper/**/*.jsonl")) == ["a.jsonl", "b.jsonl", "c.jsonl"]
    assert read_from(f"{folder}/0/0/a.jsonl") == ["a.jsonl"]
    (folder / "itself").symlink_to(folder / "itself")
    assert read_from(f"{folder}/*/c.jsonl") == ["c.jsonl"]


@pytest.mark.parametrize("name", ODD)
def test_any_name_can_be_read(land, lake, tmp_path, name):
    (tmp_path / name).write_bytes(b"bad")
    land(f"{tmp_path}/{name}")
    assert counts(land(str(tmp_path))) == (1, 0, 0, 1, 0)
    assert counts(land(f"file://{tmp_path}/{name}")) == (1, 0, 0, 1, 0)
    assert [row["source"] for row in quarantined(lake)] == [f"{tmp_path}/{name}"]


def test_a_name_that_is_not_utf8_is_quarantined_as_it_can_be_written(land, lake, tmp_path):
    place = os.fsencode(tmp_path) + b"/caf\xe9.jsonl"
    with open(place, "wb") as file:  # noqa: PTH123 (a name of bytes)
        file.write(line("e-1") + b"\nbad\n" + line("e-1", actor_id=6))
    assert counts(land(str(tmp_path))) == (3, 1, 0, 2, 2)
    assert {row["source"] for row in quarantined(lake)} == {f"{tmp_path}/caf\\xe9.jsonl"}


def test_a_url_of_a_file_is_its_path(land, lake, tmp_path):
    source = file_of(tmp_path / "a b.jsonl", b"bad")
    assert counts(land(f"file://{tmp_path}/a b.jsonl")) == (1, 0, 0, 1, 1)
    assert counts(land((tmp_path / "a b.jsonl").as_uri())) == (1, 0, 0, 1, 0)
    assert [row["source"] for row in quarantined(lake)] == [source]


REMOTE = "memory://inbox/"


@pytest.fixture
def elsewhere():
    """A folder of another file system with some files."""
    files = fsspec.filesystem("memory")
    for number, name in enumerate(("b.jsonl", "a.jsonl", "_SUCCESS", ".hidden", "deeper/c.jsonl", "a[1]*.jsonl")):
        files.pipe(REMOTE + name, line(f"e-{number}"))
    yield files
    files.rm(REMOTE, recursive=True)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("", ["a.jsonl", "a[1]*.jsonl", "b.jsonl"]),
        ("[ab].jsonl", ["a.jsonl", "b.jsonl"]),
        ("**/*.jsonl", ["a.jsonl", "a[1]*.jsonl", "b.jsonl", "c.jsonl"]),
        ("a[1]*.jsonl", ["a[1]*.jsonl"]),
        (".hidden", [".hidden"]),
    ],
)
def test_elsewhere_the_same_files_are_found(elsewhere, source, names):
    assert read_from(REMOTE + source) == names


def test_a_folder_elsewhere_says_what_is_not_read_of_it(elsewhere):
    assert not_read(REMOTE) == {"hidden name": 2, "folder": 1}


def test_what_is_found_elsewhere_lands(land, lake, elsewhere):
    assert land(REMOTE).landed == 3
    assert ids(lake) == ["e-0", "e-1", "e-5"]


def test_a_relative_path_names_the_same_source_as_the_whole_one(land, lake, tmp_path, monkeypatch):
    whole = file_of(tmp_path / "a.jsonl", b"bad")
    monkeypatch.chdir(tmp_path)
    land("a.jsonl")
    assert counts(land(whole)) == (1, 0, 0, 1, 0)
    assert [row["source"] for row in quarantined(lake)] == [whole]


@pytest.mark.parametrize(
    "missing",
    [
        "{}/none.jsonl",
        "{}/none-*.jsonl",
        "{}/none/",
        "{}/a.jsonl/none",
        "file://{}/none",
        "memory://none",
        "memory://none*",
    ],
)
def test_a_source_that_is_not_there_stops_the_landing_before_it_begins(land, lake, tmp_path, missing):
    good = file_of(tmp_path / "a.jsonl", line())
    with pytest.raises(PlaceError, match="cannot read .*none.*: no such file or folder, and no file matches it"):
        land(good, missing.format(tmp_path))
    assert events(lake) == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("foo://bar/a.jsonl", "cannot reach foo://bar/a.jsonl: expected a scheme such as file, hdfs or s3, found foo"),
        ("file://host/a", "cannot read file://host/a: expected a URL such as file:///folder/file, found the host host"),
        ("hdfs://h:1/a#b", "cannot reach hdfs://h:1/a#b: its file system would take it for /a"),
        ("hdfs://h:x/a", "cannot reach hdfs://h:x/a: Port could not be cast to integer value as 'x'"),
    ],
)
def test_what_cannot_be_reached_is_told(land, source, told):
    with pytest.raises(UrlError) as fault:
        land(source)
    assert str(fault.value) == told


def test_standard_input_is_a_source_and_leaves_nothing_behind(land, lake, tmp_path, monkeypatch):
    stdin_of(monkeypatch, line("e-2") + b"\nbad")
    assert counts(land(file_of(tmp_path / "a.jsonl", line("e-1")), "-")) == (3, 2, 0, 1, 1)
    assert [(row["source"], row["line_number"], row["raw"]) for row in quarantined(lake)] == [("-", 2, b"bad")]
    assert list(Path(lake.root, "_scratch").iterdir()) == []


def test_standard_input_is_taken_away_also_when_the_landing_fails(land, lake, tmp_path, monkeypatch):
    (tmp_path / "a.gz").write_bytes(b"\x1f\x8bbad")
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


@pytest.mark.parametrize("name", ["empty.jsonl", "folder"])
def test_nothing_to_read_lands_nothing(land, tmp_path, name):
    path = tmp_path / name
    path.mkdir() if name == "folder" else path.write_bytes(b"")
    landing = land(str(path))
    assert (landing.number, counts(landing), landing.faults) == (None, (0, 0, 0, 0, 0), {})
