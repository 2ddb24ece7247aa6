"""Many small files are read together, and each line is still told by its own file, byte and number."""

import gzip
from itertools import count

import pytest

from pipelines.door.buffers import Buffers
from pipelines.landing.blocks import blocks
from pipelines.landing.rereading import lines_at
from pipelines.sources import pieces
from pipelines.sources.pieces import Piece
from pipelines.storage.lake import Lake
from tests.landing.lines import batch_of, counts, events, file_of, ids, line, quarantined

CONTENTS = {
    "good.jsonl": line("e-1") + b"\n",
    "no newline at the end.jsonl": b"bad\n" + line("e-2"),
    "a byte-order mark.jsonl": b"\xef\xbb\xbfworse\n" + line("e-3") + b"\n",
    "empty.jsonl": b"",
    "only a mark.jsonl": b"\xef\xbb\xbf",
    "blank lines.jsonl": b"\n\r\n" + line("e-1", actor_id=6) + b"\n\n",
    "compressed.jsonl": gzip.compress(b"bad\n" + line("e-4") + b"\nbad\n" + line("e-2", actor_id=6)),
    "last.jsonl": b"bad",
}


@pytest.fixture
def inbox(tmp_path):
    """A folder of small files, in the order of their contents."""
    (tmp_path / "inbox").mkdir()
    for number, (name, data) in enumerate(CONTENTS.items()):
        (tmp_path / "inbox" / f"{number} {name}").write_bytes(data)
    return tmp_path / "inbox"


def test_small_files_are_read_together(inbox):
    (chunk,) = batch_of("", [str(inbox)]).chunks
    assert [piece.source for piece in chunk] == sorted(map(str, inbox.iterdir()))
    (block,) = blocks(chunk, Buffers(), "no staging")
    assert [span.piece.number for span in block.spans] == [0, 1, 2, 5, 6, 7]


def test_files_read_together_land_as_each_alone_would(land, lake, inbox, tmp_path, monkeypatch):
    whole = land(str(inbox))
    found, alone = quarantined(lake), Lake.at(str(tmp_path / "alone"))
    monkeypatch.setattr(pieces, "TOGETHER", 1)
    assert len(batch_of("", [str(inbox)]).chunks) == len(CONTENTS)
    assert counts(land.func(alone, land.args[1], str(inbox))) == counts(whole) == (14, 4, 0, 7, 7)
    assert found == quarantined(alone)
    assert ids(lake) == ids(alone)


def test_each_line_is_told_by_its_own_file_byte_and_number(land, lake, inbox):
    land(str(inbox))
    found = [(row["source"].rsplit("/", 1)[1], row["byte_offset"], row["line_number"]) for row in quarantined(lake)]
    assert found == [
        ("1 no newline at the end.jsonl", 0, 1),
        ("2 a byte-order mark.jsonl", 3, 1),
        ("5 blank lines.jsonl", 3, 3),
        ("6 compressed.jsonl", 0, 1),
        ("6 compressed.jsonl", len(line("e-4")) + 5, 3),
        ("6 compressed.jsonl", len(line("e-4")) + 9, 4),
        ("7 last.jsonl", 0, 1),
    ]


@pytest.mark.parametrize("block", [1, 40, 100, 10_000])
def test_lines_of_files_read_together_are_found_again(inbox, monkeypatch, block):
    monkeypatch.setattr(pieces, "BLOCK", block)
    for chunk in batch_of("", [str(inbox)]).chunks:
        for one in blocks(chunk, Buffers(), "no staging"):
            data = one.lines.data.tobytes()
            lines = data.removesuffix(b"\n").split(b"\n") if data else []
            starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
            assert list(lines_at(one.spans, starts)) == lines


def test_a_source_given_twice_is_counted_twice(land, lake, tmp_path):
    source = file_of(tmp_path / "a", line("e-1"), b"bad")
    assert counts(land(source, source)) == (4, 1, 1, 2, 1)
    assert [(row["byte_offset"], row["line_number"]) for row in quarantined(lake)] == [(len(line("e-1")) + 1, 2)]


def test_of_one_id_the_first_in_the_order_of_files_stands(land, lake, tmp_path):
    for name, actor in (("b", 7), ("a", 6), ("c", 8)):
        file_of(tmp_path / name, line("e-1", actor_id=actor))
    land(*(str(tmp_path / name) for name in "bac"))
    assert [row["source"][-1] for row in quarantined(lake)] == ["a", "c"]


def test_foreign_lines_know_their_file(land, lake, tmp_path):
    file_of(tmp_path / "person_knows_person_0_0.csv", b"5|9|2010-07-27T00:00:00.000+0000")
    file_of(tmp_path / "person_likes_post_0_0.csv", b"5|9|2010-07-27T00:00:00.000+0000", b"bad")
    land(str(tmp_path / "*.csv"), format_name="ldbc")
    assert sorted({row["event_type"] for row in events(lake)}) == ["followed", "liked"]
    found = [(row["source"].rsplit("/", 1)[1], row["line_number"]) for row in quarantined(lake)]
    assert found == [("person_likes_post_0_0.csv", 2)]


def test_pieces_of_one_file_may_be_read_together(tmp_path):
    place, number = file_of(tmp_path / "a", b"one", b"two", b"three"), count()
    chunk = tuple(Piece("a", place, start, end, next(number)) for start, end in ((0, 1), (1, 5), (5, 14)))
    (block,) = blocks(chunk, Buffers(), "no staging")
    assert block.lines.data.tobytes() == b"one\ntwo\nthree\n"
    assert [(span.offset, span.byte, span.line) for span in block.spans] == [(0, 0, 0), (4, 4, 1), (8, 8, 2)]
