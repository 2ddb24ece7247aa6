"""Bits flipped in a file, and what became of who read it."""

import random
from collections import Counter
from pathlib import Path

from pipelines.errors import NewsfeedError
from tests.conftest import SEED


def flipped(path, number):
    """Let a file have one bit flipped, one place after another over all of it; each place, while it is so."""
    path, rng = Path(path), random.Random(f"{SEED} {number}")
    whole = path.read_bytes()
    for part in range(number):
        bit = rng.randrange(8 * len(whole) * part // number, 8 * len(whole) * (part + 1) // number)
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        yield bit
    path.write_bytes(whole)


def outcomes(path, number, read):
    """How often what is read is the same as ever, and how often one line that names the file refuses it."""
    expected, found = read(), Counter()
    for bit in flipped(path, number):
        try:
            same = read() == expected
        except NewsfeedError as fault:
            same, told = None, str(fault)
        assert same is not False, f"bit {bit} of {path} is served"
        assert same or (str(path) in told and "\n" not in told), f"bit {bit}: {told}"
        found["same" if same else "told"] += 1
    return found
