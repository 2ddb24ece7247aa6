"""Records of many parts of a stream are written without a file open for each."""

import resource
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.sources import records
from pipelines.sources.records import RecordFile, named
from pipelines.storage.places import PlaceError

PARTS = 1000


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def parts(tmp_path):
    """Files of records of as many parts as a topic may have."""
    with ExitStack() as stack:
        yield [stack.enter_context(RecordFile(str(tmp_path), f"kafka://h:1/t/{n}", n)) for n in range(PARTS)]


def test_only_those_that_have_much_are_open_and_all_is_written(parts, monkeypatch):
    monkeypatch.setattr(records, "HELD", 1500)
    before, large = open_files(), b"x" * 600
    for turn in range(3):
        for number, part in enumerate(parts):
            part.write([b"%d" % number, b"a\nb"], pa.array([2 * turn, 2 * turn + 1]))
        parts[7].write([large], pa.array([10 + turn]))
    assert open_files() - before == 2
    for number, part in enumerate(parts):
        ((piece, size),) = part.close()
        there = Path(piece.place).read_bytes()
        often = b"%d\na\nb\n" % number
        assert there == b"\n" + (often * 3 if number != 7 else (often + large + b"\n") * 3)
        assert (piece.start, piece.end, size) == (1, len(there), len(there) - 1)
        at = pa.table(
            {"byte_offset": [there.rindex(b"b\n")], "line_number": [there[: there.rindex(b"b\n")].count(b"\n")]}
        )
        assert named(piece, at).to_pylist() == [
            {"byte_offset": 2, "line_number": 2, "source": f"kafka://h:1/t/{number}#5"}
        ]
    assert open_files() == before


@pytest.fixture
def little_room():
    """No file gets longer than this process lets it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_where_there_is_no_room_it_is_told_which_file_that_was(little_room, monkeypatch, tmp_path):
    monkeypatch.setattr(records, "HELD", 1000)
    told = rf"^cannot write {tmp_path}/records-\w+: File too large$"
    with RecordFile(str(tmp_path), "kafka://h:1/t/0", 0) as file:
        file.write([b"x" * 30_000], pa.array([0]))
        with pytest.raises(PlaceError, match=told):
            file.write([b"x" * 90_000], pa.array([1]))
