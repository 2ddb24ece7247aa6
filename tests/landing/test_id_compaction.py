"""A merged run has the words of all that are merged but for files that are not kept, with their parts' new numbers."""

from itertools import starmap
from random import Random

import numpy as np
import pytest

from pipelines.landing import id_compaction
from pipelines.landing.id_compaction import Kept, chosen, write_merged
from pipelines.landing.id_words import FileWords
from pipelines.storage import hash_runs
from pipelines.storage.hash_runs import Run, write_run


def drawn(rng, name, most):
    """Files, each with how many row groups it has and its hashes by row group."""
    return {
        f"{name}-{number}": [
            [rng.getrandbits(48) for _ in range(rng.randint(0, most))] for _ in range(rng.choice([1, 1, 3]))
        ]
        for number in range(rng.randint(1, 4))
    }


def words_of(path, parts):
    """What a run says of a file."""
    words = sorted((one << 16) + part for part, hashes in enumerate(parts) for one in hashes)
    return FileWords(path, len(parts), np.array(words, np.uint64))


def said_by(run):
    """For each file the hashes of its row groups, as a run says."""
    found = {path: [[] for _ in range(groups)] for path, groups in run.facts.files}
    places = [(path, group) for path, groups in run.facts.files for group in range(groups)]
    for word in run.words(0, 1 << run.facts.bits).tolist():
        path, group = places[word % 2**16]
        found[path][group].append(word >> 16)
    return found


def in_order(files):
    return {path: [sorted(hashes) for hashes in parts] for path, parts in files.items()}


@pytest.mark.parametrize("salt", range(25))
def test_runs_are_merged_file_by_file(tmp_path, monkeypatch, seed, salt):
    rng = Random(f"{seed}-{salt}")
    monkeypatch.setattr(hash_runs, "PAGE", 4)
    monkeypatch.setattr(id_compaction, "AT_ONCE", rng.choice([3, 50, 10_000]))
    new, kept, expected = drawn(rng, "new", 20), [], {}
    for number in range(rng.randint(0, 4)):
        files = drawn(rng, f"run{number}", rng.choice([2, 100]))
        write_merged(str(tmp_path / f"{number}"), "any", list(starmap(words_of, files.items())), [])
        assert said_by(Run(str(tmp_path / f"{number}"))) == in_order(files)
        some = tuple(n for n in range(len(files)) if rng.random() < 0.7)
        kept.append(Kept(Run(str(tmp_path / f"{number}")), some))
        expected |= {path: files[path] for path in (list(files)[n] for n in some)}
    write_merged(str(tmp_path / "merged"), "any", list(starmap(words_of, new.items())), kept)
    assert said_by(Run(str(tmp_path / "merged"))) == in_order(new | expected)


@pytest.fixture
def of_size(tmp_path):
    """A run of so many words of some files, of which some are kept."""

    def kept(count, files=1, left=1):
        place = str(tmp_path / f"{count}-{files}")
        covered = tuple((f"{count}-{number}", 1) for number in range(files))
        write_run(place, "any", covered, count, [np.zeros(count, np.uint64)])
        return Kept(Run(place), tuple(range(left)))

    return kept


@pytest.mark.parametrize(
    ("sizes", "new", "merged"), [([9, 4, 2], 2, [2, 4]), ([9, 4, 2], 1, []), ([], 5, []), ([3, 7, 8, 30], 4, [3, 7, 8])]
)
def test_a_run_takes_in_those_that_are_not_larger_than_all_before(of_size, sizes, new, merged):
    assert [one.run.facts.count for one in chosen([of_size(size) for size in sizes], new, 1)] == merged


def test_a_run_most_of_whose_files_are_gone_is_written_again_or_goes(of_size):
    runs = [of_size(50, 4, 2), of_size(60, 4, 3), of_size(70, 4, 0)]
    assert [one.run.facts.count for one in chosen(runs, 1, 1)] == [50, 70]


def test_runs_are_not_merged_to_more_parts_than_words_have_numbers_for(of_size, monkeypatch):
    monkeypatch.setattr(id_compaction, "PARTS", 6)
    assert [one.run.facts.count for one in chosen([of_size(1, 3, 3), of_size(2, 2, 2)], 9, 2)] == [1]
