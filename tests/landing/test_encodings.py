"""What a file holds is known by its first bytes, whatever its name says."""

import bz2
import gzip
import io
import lzma
import os
import sys
import tarfile
import zipfile
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from pipelines.storage.places import PlaceError
from tests.landing.lines import counts, events, ids, line, quarantined

LINES = [line("e-1"), b"bad", line("e-2"), line("e-1", actor_id=6)]
TEXT = b"".join(one + b"\n" for one in LINES)


def by_arrow(codec):
    def compress(data):
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, codec) as stream:
            stream.write(data)
        return sink.getvalue().to_pybytes()

    return compress


COMPRESS = {
    "gzip": gzip.compress,
    "zstd": by_arrow("zstd"),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lz4": by_arrow("lz4"),
}
DAMAGE = {
    "cut off": lambda whole: whole[:-9],
    "cut off in its second part": lambda whole: whole + whole[:-9],
    "garbage at the end": lambda whole: whole + b"garbage",
    "garbage inside": lambda whole: whole[:12] + b"\xff" * 20 + whole[32:],
}


def archive(name):
    sink = io.BytesIO()
    if name == "zip":
        with zipfile.ZipFile(sink, "w") as made:
            made.writestr("a.jsonl", TEXT)
    else:
        with tarfile.open(fileobj=sink, mode=name) as made:
            info = tarfile.TarInfo("a.jsonl")
            info.size = len(TEXT)
            made.addfile(info, io.BytesIO(TEXT))
    return sink.getvalue()


def table(write):
    sink = io.BytesIO()
    write(pa.table({"a": [1]}), sink)
    return sink.getvalue()


OTHERS = {
    "a zip archive": archive("zip"),
    "a tar archive": archive("w"),
    "a tar archive in gzip": archive("w:gz"),
    "gzip in gzip": gzip.compress(gzip.compress(TEXT)),
    "a Parquet file": table(pq.write_table),
    "an Arrow file": table(feather.write_feather),
    "an Avro file": b"Obj\x01\x02\x16avro.schema",
    "an ORC file": b"ORC\x0a\x0b",
    "a SQLite database": b"SQLite format 3\0\x10\0",
    "a 7z archive": b"7z\xbc\xaf\x27\x1c\0\x04",
    "a RAR archive": b"Rar!\x1a\x07\x01\0",
    "a file of frames by snappy": b"\xff\x06\0\0sNaPpY\x01",
    "a file by compress": b"\x1f\x9d\x90",
    "text in UTF-16": TEXT.decode().encode("utf-16"),
    "text in UTF-16, no mark": TEXT.decode().encode("utf-16-be"),
    "text in UTF-32": TEXT.decode().encode("utf-32"),
}


def written(path, data):
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize("name", COMPRESS)
def test_a_compressed_file_lands_like_the_file_itself(land, lake, tmp_path, name):
    assert counts(land(written(tmp_path / "a.JSONL", COMPRESS[name](TEXT)))) == (4, 2, 0, 2, 2)
    assert ids(lake) == ["e-1", "e-2"]
    assert [(row["line_number"], row["byte_offset"], row["raw"]) for row in quarantined(lake)] == [
        (2, TEXT.index(b"bad"), b"bad"),
        (4, TEXT.index(LINES[3]), LINES[3]),
    ]


@pytest.mark.parametrize("name", COMPRESS)
def test_several_compressed_parts_are_one_file(land, lake, tmp_path, name):
    compress = COMPRESS[name]
    land(written(tmp_path / "a", compress(TEXT[:20]) + compress(TEXT[20:200]) + compress(TEXT[200:])))
    assert ids(lake) == ["e-1", "e-2"]
    assert [row["line_number"] for row in quarantined(lake)] == [2, 4]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", COMPRESS)
def test_a_broken_one_is_one_clear_fault_and_nothing_lands(land, lake, tmp_path, name, damage):
    whole = COMPRESS[name](b"".join(line(f"e-{n}") + b"\n" for n in range(99)))
    good = written(tmp_path / "good.jsonl", line("good"))
    with pytest.raises(PlaceError, match=rf"cannot read .*/a\.txt: not a whole {name} file \("):
        land(good, written(tmp_path / "a.txt", DAMAGE[damage](whole)))
    assert events(lake) == []


def test_lines_in_a_file_that_is_called_compressed_land(land, lake, tmp_path):
    land(written(tmp_path / "a.gz", TEXT), written(tmp_path / "b.zst", line("e-3")))
    assert ids(lake) == ["e-1", "e-2", "e-3"]


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_no_lines_is_refused_by_what_it_looks_like(land, lake, tmp_path, what):
    looks = what.partition(",")[0].partition(" in gzip")[0]
    with pytest.raises(PlaceError, match=rf"cannot read .*/a\.jsonl: expected lines of UTF-8, .* like {looks}$"):
        land(written(tmp_path / "a.jsonl", OTHERS[what]))
    assert quarantined(lake) == []


def test_a_large_file_is_refused_too(land, tmp_path):
    with pytest.raises(PlaceError, match="begins like a Parquet file$"):
        land(written(tmp_path / "a.jsonl", OTHERS["a Parquet file"] + b"\n" * 5_000_000))


def test_a_large_compressed_file_is_read(land, lake, tmp_path):
    noise = os.urandom(3_000_000).hex().encode()
    assert counts(land(written(tmp_path / "a", gzip.compress(b'"' + noise + b'"\n' + TEXT, 1)))) == (5, 2, 0, 3, 3)


@pytest.mark.parametrize("name", COMPRESS)
def test_compressed_standard_input_is_read(land, lake, monkeypatch, name):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(COMPRESS[name](TEXT))))
    assert counts(land("-")) == (4, 2, 0, 2, 2)
    assert {row["source"] for row in quarantined(lake)} == {"-"}


def test_what_is_refused_of_standard_input_is_told_by_its_name(land, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(OTHERS["a zip archive"])))
    with pytest.raises(PlaceError, match="^cannot read -: expected lines"):
        land("-")


def test_what_comes_compressed_through_a_pipe_is_read(land, lake, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    Thread(target=Path(tmp_path / "pipe").write_bytes, args=(COMPRESS["zstd"](TEXT),), daemon=True).start()
    assert counts(land(str(tmp_path / "pipe"))) == (4, 2, 0, 2, 2)


@pytest.mark.parametrize("name", COMPRESS)
def test_a_compressed_file_of_elsewhere_is_read(land, lake, name):
    place = f"memory://inbox-{name}/a.jsonl"
    fsspec.filesystem("memory").pipe(place, COMPRESS[name](TEXT))
    assert counts(land(place)) == (4, 2, 0, 2, 2)
    assert {row["source"] for row in quarantined(lake)} == {place}
