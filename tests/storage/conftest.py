import numpy as np
import pytest

from pipelines.storage.hash_runs import Run, write_run
from tests.storage.files import FILES


@pytest.fixture
def run(tmp_path):
    """Write words to a run, in slices, and read it."""

    def written(words, about=None):
        place = str(tmp_path / "run")
        slices = np.array_split(words, 3)
        assert write_run(place, "any", FILES, about or len(words), slices) == len(words)
        return Run(place)

    return written
