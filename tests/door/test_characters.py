from itertools import product

import pytest

from tests.door.reading import scanned
from tests.door.samples import line

EDGES = [0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]


def is_utf8(raw):
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("first", range(0x80, 0x100))
def test_the_fast_way_knows_utf8(first):
    texts = [bytes([first, *rest]) + b"abc" for rest in product(EDGES, repeat=3)]
    lines = [line("posted", text="HERE").replace(b"HERE", text) for text in texts]
    found = scanned(b"\n".join(lines))
    taken = set(found.columns.lines[: found.rows].tolist())
    assert taken == {number for number, text in enumerate(texts) if is_utf8(text)}
