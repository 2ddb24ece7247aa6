"""A run of which a bit is not as it was written says so; of one at a URL only what is needed is read."""

from random import Random

import fsspec
import numpy as np
import pytest

from pipelines.storage import hash_runs, windows
from pipelines.storage.hash_runs import DamagedRun, Run, bits_for


def drawn(rng, count):
    return np.array(sorted((rng.randrange(2**48) << 16) + rng.randrange(4) for _ in range(count)), np.uint64)


def test_a_flipped_bit_is_found_wherever_it_is(run, tmp_path, seed):
    words = drawn(Random(seed), 200)
    run(words)
    data = (tmp_path / "run").read_bytes()
    for place in range(len(data)):
        (tmp_path / "run").write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        with pytest.raises(DamagedRun):
            Run(str(tmp_path / "run")).words(0, 1 << bits_for(200))


def test_at_a_url_only_what_is_asked_for_is_read(run, monkeypatch, tmp_path, seed):
    words = drawn(Random(seed), 40_000)
    local = run(words)
    monkeypatch.setattr(windows, "NEAR", 64)
    fsspec.filesystem("memory").pipe_file(f"{tmp_path}/run", (tmp_path / "run").read_bytes())
    far = Run(f"memory://{tmp_path}/run")
    asked = words[[5, 20_000, 20_001, 39_999]]
    assert np.array_equal(far.parts(asked), local.parts(asked))
    assert np.count_nonzero(far._window.data) < hash_runs.FACTS + 8 * 1024 < len(far._window.data) / 3
    assert np.array_equal(far.words(3, 9), local.words(3, 9))
