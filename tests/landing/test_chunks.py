"""However a source is cut into chunks, each of its lines is read once, at its own offset."""

import gzip
from itertools import combinations_with_replacement, pairwise

import pytest

from pipelines.door.buffers import Buffers
from pipelines.landing import sources
from pipelines.landing.sources import Chunk, blocks, chunks_of, lines_at
from tests.landing.lines import counts, events, file_of, ids, line, quarantined

MARK = b"\xef\xbb\xbf"
CONTENTS = {
    "lines": b"one\ntwo\nthree\n",
    "no newline at the end": b"one\ntwo\nthree",
    "blank lines": b"\n\none\n\n\r\ntwo\n\n",
    "a byte-order mark": MARK + b"one\n" + MARK + b"two\n",
    "nothing but a byte-order mark": MARK,
    "one long line": b"a line that is longer than any chunk\n",
    "one newline": b"\n",
}


def read(*chunks):
    buffers = Buffers()
    return [(block.offset, block.lines.data.tobytes()) for chunk in chunks for block in blocks(chunk, buffers)]


def require_whole(found, data):
    """The blocks hold whole lines at their own offsets, and together all of the data but its first mark."""
    assert b"".join(block for _, block in found) == data.removeprefix(MARK)
    for offset, block in found:
        assert data[offset : offset + len(block)] == block
        assert not block or block.endswith(b"\n") or data.endswith(block)


@pytest.mark.parametrize("data", CONTENTS.values(), ids=CONTENTS)
def test_every_two_cuts_of_a_file_give_each_line_once(tmp_path, data):
    (tmp_path / "a").write_bytes(data)
    for cuts in combinations_with_replacement(range(len(data) + 1), 2):
        edges = [0, *cuts, len(data)]
        ranges = pairwise(edges)
        require_whole(read(*(Chunk("a", str(tmp_path / "a"), *one) for one in ranges)), data)


@pytest.mark.parametrize("data", CONTENTS.values(), ids=CONTENTS)
def test_blocks_of_any_size_of_a_compressed_file_give_each_line_once(tmp_path, monkeypatch, data):
    (tmp_path / "a.gz").write_bytes(gzip.compress(data))
    for size in range(1, len(data) + 2):
        monkeypatch.setattr(sources, "BLOCK", size)
        require_whole(read(*chunks_of("", [str(tmp_path / "a.gz")])), data)


@pytest.mark.parametrize("data", CONTENTS.values(), ids=CONTENTS)
def test_a_file_is_cut_into_chunks_that_cover_it(tmp_path, monkeypatch, data):
    (tmp_path / "a").write_bytes(data)
    for size in range(1, len(data) + 2):
        monkeypatch.setattr(sources, "BLOCK", size)
        require_whole(read(*chunks_of("", [str(tmp_path / "a")])), data)


@pytest.mark.parametrize("name", ["a", "a.gz"])
def test_lines_are_found_again_by_their_offsets(tmp_path, name):
    place = file_of(tmp_path / name, b"one", b"", b"two\r")
    (chunk,) = chunks_of("", [place])
    assert list(lines_at(chunk, [0, 4, 5])) == [b"one", b"", b"two\r"]
    assert list(lines_at(chunk, [6])) == [b"wo\r"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_landing_in_many_chunks_is_like_one_in_a_single_one(land, lake, tmp_path, monkeypatch, name):
    monkeypatch.setattr(sources, "BLOCK", 50)
    lines = [line("e-1"), b"bad", line("e-1"), b"", line("e-2", text="x"), line("e-1", actor_id=6), line("e-3")]
    assert counts(land(file_of(tmp_path / name, *lines))) == (7, 2, 1, 3, 3)
    assert ids(lake) == ["e-1", "e-3"]
    assert events(lake)[0]["actor_id"] == 5
    found = [(row["line_number"], row["byte_offset"], row["raw"]) for row in quarantined(lake)]
    starts = [sum(len(one) + 1 for one in lines[:number]) for number in range(7)]
    assert found == [(number, starts[number - 1], lines[number - 1]) for number in (2, 5, 6)]


def test_progress_tells_of_chunks_done_and_of_all(land, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "BLOCK", 50)
    told = []
    land(file_of(tmp_path / "a", *(line(f"e-{n}") for n in range(9))), progress=lambda *counts: told.append(counts))
    done, whole = zip(*told, strict=True)
    assert (set(whole), done[-1], list(done)) == ({done[-1]}, -(-9 * (len(line("e-0")) + 1) // 50), sorted(set(done)))
