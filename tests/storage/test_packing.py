"""Runs keep words as they were given: all are read again, and asked for hashes they tell every part that has one."""

from random import Random

import numpy as np
import pytest

from pipelines.packing import PARTS, ascending, merged
from pipelines.storage import hash_runs
from pipelines.storage.hash_runs import DamagedRun, Run, bits_for
from tests.storage.files import FILES


def drawn(rng, count, spread=2**48):
    """Ascending words, of which some hashes come again where they are not spread."""
    words = [(rng.randrange(spread) << 16) + rng.randrange(4) for _ in range(count)]
    return np.array(sorted(words), np.uint64)


@pytest.mark.parametrize("count", [0, 1, 2, 127, 128, 1000, 40_000])
def test_all_words_are_read_again(run, seed, count):
    words = drawn(Random(f"{seed}-{count}"), count)
    found = run(words)
    assert (found.facts.files, found.facts.count, found.facts.bits) == (FILES, count, bits_for(count))
    assert np.array_equal(found.words(0, 1 << found.facts.bits), words)


@pytest.mark.parametrize("bits", [1, 7, 8, 9, 15, 16, 17])
def test_pages_of_any_number_of_bits_have_their_words(run, seed, bits):
    words = drawn(Random(f"{seed}-{bits}"), 300)
    found = run(words, about=hash_runs.PAGE << (bits - 1))
    assert found.facts.bits == bits
    pages = [found.words(page, page + 1) for page in range(1 << bits)] if bits < 10 else [found.words(0, 1 << bits)]
    assert np.array_equal(np.concatenate(pages), words)
    assert found.parts(words).tolist() == [(words % PARTS == part).any() for part in range(4)]


@pytest.mark.parametrize("salt", range(30))
def test_the_parts_are_those_that_have_a_hash(run, seed, salt):
    rng = Random(f"{seed}-{salt}")
    words = drawn(rng, rng.choice([1, 5, 300, 3000]), spread=rng.choice([40, 2**48]))
    some = [rng.choice(words.tolist()) for _ in range(rng.choice([0, 1, 4]))]
    asked = np.array(sorted([rng.getrandbits(64) for _ in range(9)] + some), np.uint64)
    expected = {int(word) % PARTS for word in words if int(word) >> 16 in {int(one) >> 16 for one in asked}}
    assert np.flatnonzero(run(words).parts(asked)).tolist() == sorted(expected)


def test_the_first_and_the_last_word_of_each_page_are_seen(run):
    words = np.array([(n << 48) + (n % 4) for n in range(0, 1 << 16, 7)], np.uint64)
    found = run(words)
    for word in words.tolist():
        assert np.flatnonzero(found.parts(np.array([word], np.uint64))).tolist() == [word % PARTS]


def test_who_looks_in_a_page_is_told_that_it_is_not_what_was_written(run, tmp_path, seed):
    words = drawn(Random(seed), 200)
    size, data = run(words).facts.size, (tmp_path / "run").read_bytes()
    for place in range(0, size, 5):
        (tmp_path / "run").write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        with pytest.raises(DamagedRun):
            Run(str(tmp_path / "run")).parts(words)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5000])
def test_words_are_put_in_their_order_whatever_they_are(seed, count):
    rng = Random(f"{seed}-{count}")
    for words in ([rng.getrandbits(64) for _ in range(count)], [rng.randrange(9) << 60 for _ in range(count)]):
        given = np.array(words, np.uint64)
        assert ascending(given).tolist() == sorted(words)
        assert merged([np.sort(given[::2]), np.sort(given[1::2])]).tolist() == sorted(words)
