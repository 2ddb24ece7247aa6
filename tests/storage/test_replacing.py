"""A file takes the place of another only when it is whole."""

import os
import resource
from pathlib import Path
from threading import Thread

import fsspec
import pytest

from pipelines.storage import places
from pipelines.storage.places import PlaceError
from pipelines.storage.replacing import replacing


@pytest.fixture(params=["path", "file", "memory"])
def folder(request, tmp_path):
    """A folder as a path, a URL of a local folder, and a URL of another file system."""
    if request.param == "memory":
        place = f"memory://{tmp_path}"
        fsspec.filesystem("memory").makedirs(str(tmp_path))
        return place
    return str(tmp_path) if request.param == "path" else f"file://{tmp_path}"


def write(place, data):
    with replacing(place) as file:
        file.write(data)


def begin(place, fault):
    with replacing(place) as file:
        file.write(b"ha")
        raise fault


def content(place):
    with places.reading(place) as file:
        return file.read()


def names(folder):
    filesystem, path = fsspec.core.url_to_fs(folder)
    return [found.rsplit("/", 1)[-1] for found in filesystem.ls(path, detail=False)]


def test_a_whole_file_takes_the_place(folder):
    for data in (b"good", b"better"):
        write(f"{folder}/a.csv", data)
        assert (content(f"{folder}/a.csv"), names(folder)) == (data, ["a.csv"])


@pytest.mark.parametrize("fault", [KeyboardInterrupt, SystemExit, ValueError])
def test_what_was_there_stays_when_writing_ends_early(folder, fault):
    write(f"{folder}/a.csv", b"good")
    with pytest.raises(fault):
        begin(f"{folder}/a.csv", fault)
    assert (content(f"{folder}/a.csv"), names(folder)) == (b"good", ["a.csv"])


def test_where_there_was_none_there_is_none_when_writing_ends_early(folder):
    with pytest.raises(KeyboardInterrupt):
        begin(f"{folder}/a.csv", KeyboardInterrupt)
    assert names(folder) == []


@pytest.fixture
def quota():
    """A quota of 64 KiB for a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_was_there_stays_when_there_is_no_room(tmp_path, quota):
    place = str(tmp_path / "a.csv")
    write(place, b"good")
    with pytest.raises(PlaceError, match=f"^cannot write {place}: File too large$"):
        write(place, b"x" * (1 << 17))
    assert (content(place), names(str(tmp_path))) == (b"good", ["a.csv"])


def test_a_fault_names_the_place_that_was_given(tmp_path):
    with pytest.raises(PlaceError, match=f"^cannot write {tmp_path}/no/a.csv: No such file or directory$"):
        write(f"{tmp_path}/no/a.csv", b"")


def test_permissions_and_links_stay(tmp_path):
    target, link = tmp_path / "a.csv", tmp_path / "link.csv"
    target.write_bytes(b"good")
    target.chmod(0o640)
    link.symlink_to("a.csv")
    write(str(link), b"better")
    assert (target.read_bytes(), target.stat().st_mode & 0o777, link.is_symlink()) == (b"better", 0o640, True)


def test_a_new_file_has_the_usual_permissions(tmp_path):
    (tmp_path / "usual").touch()
    write(str(tmp_path / "a.csv"), b"")
    assert (tmp_path / "a.csv").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_pipe_is_written_to_and_stays(tmp_path):
    os.mkfifo(tmp_path / "a.csv")
    read = []
    reader = Thread(target=lambda: read.append(Path(tmp_path / "a.csv").read_bytes()))
    reader.start()
    write(str(tmp_path / "a.csv"), b"good")
    reader.join()
    assert (read, (tmp_path / "a.csv").is_fifo()) == ([b"good"], True)
