"""However a source is cut into chunks, each of its lines is read once, at its own offset."""

import gzip
from itertools import combinations_with_replacement, pairwise

import pytest

from pipelines.door.buffers import Buffers
from pipelines.landing.blocks import Span, blocks
from pipelines.landing.rereading import lines_at
from pipelines.sources import pieces
from pipelines.sources.pieces import Piece
from pipelines.storage.places import PlaceError
from tests.landing.lines import batch_of, counts, events, file_of, ids, line, quarantined

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
    return [
        (block.spans[0].offset, block.lines.data.tobytes())
        for chunk in chunks
        for block in blocks(chunk, buffers, "no staging")
    ]


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
        require_whole(read(*((Piece("a", str(tmp_path / "a"), *one),) for one in ranges)), data)


@pytest.mark.parametrize("data", CONTENTS.values(), ids=CONTENTS)
def test_blocks_of_any_size_of_a_compressed_file_give_each_line_once(tmp_path, monkeypatch, data):
    (tmp_path / "a.gz").write_bytes(gzip.compress(data))
    for size in range(1, len(data) + 2):
        monkeypatch.setattr(pieces, "BLOCK", size)
        require_whole(read(*batch_of("", [str(tmp_path / "a.gz")]).chunks), data)


@pytest.mark.parametrize("data", CONTENTS.values(), ids=CONTENTS)
def test_a_file_is_cut_into_chunks_that_cover_it(tmp_path, monkeypatch, data):
    (tmp_path / "a").write_bytes(data)
    for size in range(1, len(data) + 2):
        monkeypatch.setattr(pieces, "BLOCK", size)
        require_whole(read(*batch_of("", [str(tmp_path / "a")]).chunks), data)


@pytest.mark.parametrize("name", ["a", "a.gz"])
def test_lines_are_found_again_by_their_offsets(tmp_path, name):
    place = file_of(tmp_path / name, b"one", b"", b"two\r")
    ((piece,),) = batch_of("", [place]).chunks
    assert list(lines_at((Span(piece, 0),), [0, 4, 5])) == [b"one", b"", b"two\r"]
    assert list(lines_at((Span(piece, 0),), [6])) == [b"wo\r"]


def test_a_file_that_vanishes_before_it_is_read_is_told(tmp_path):
    place = file_of(tmp_path / "a", b"one")
    found = batch_of("", [place]).chunks
    (tmp_path / "a").unlink()
    with pytest.raises(PlaceError, match=f"^cannot read {place}: No such file"):
        read(*found)


@pytest.mark.parametrize("piece", [(0, 8), (4, 8), (0, None)])
def test_a_file_that_became_shorter_is_told_when_its_lines_are_looked_for_again(tmp_path, piece):
    place = file_of(tmp_path / "a", b"one", b"two")
    spans = (Span(Piece(place, place, *piece), 0),)
    (tmp_path / "a").write_bytes(b"one\n")
    with pytest.raises(PlaceError, match=f"^cannot read {place}: it became shorter meanwhile$"):
        list(lines_at(spans, [4]))


def test_a_file_that_became_shorter_before_its_second_range_is_read_is_told(tmp_path):
    place = file_of(tmp_path / "a", b"one", b"two")
    (tmp_path / "a").write_bytes(b"one")
    with pytest.raises(PlaceError, match=f"^cannot read {place}: it became shorter meanwhile$"):
        read((Piece(place, place, 0, 8),))


def test_what_a_file_gains_while_it_is_read_is_for_the_next_landing(tmp_path):
    place = file_of(tmp_path / "a", b"one", b"two")
    with (tmp_path / "a").open("ab") as file:
        file.write(b"three\n")
    assert read((Piece(place, place, 0, 4),), (Piece(place, place, 4, 8),)) == [(0, b"one\n"), (4, b"two\n")]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_landing_in_many_chunks_is_like_one_in_a_single_one(land, lake, tmp_path, monkeypatch, name):
    monkeypatch.setattr(pieces, "BLOCK", 50)
    lines = [line("e-1"), b"bad", line("e-1"), b"", line("e-2", text="x"), line("e-1", actor_id=6), line("e-3")]
    assert counts(land(file_of(tmp_path / name, *lines))) == (7, 2, 1, 3, 3)
    assert ids(lake) == ["e-1", "e-3"]
    assert events(lake)[0]["actor_id"] == 5
    found = [(row["line_number"], row["byte_offset"], row["raw"]) for row in quarantined(lake)]
    starts = [sum(len(one) + 1 for one in lines[:number]) for number in range(7)]
    assert found == [(number, starts[number - 1], lines[number - 1]) for number in (2, 5, 6)]


def test_progress_tells_of_chunks_done_and_of_all(land, tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "BLOCK", 50)
    told = []
    land(file_of(tmp_path / "a", *(line(f"e-{n}") for n in range(9))), progress=lambda *counts: told.append(counts))
    done, whole = zip(*told, strict=True)
    assert (set(whole), done[-1], list(done)) == ({done[-1]}, -(-9 * (len(line("e-0")) + 1) // 50), sorted(set(done)))
