"""A store that loses answers, takes puts late, answers in another order, and lists behind what was put."""

import pytest

from faults import stores
from faults.client import forks
from faults.ground import bare
from faults.trials import Trials


@pytest.fixture(scope="session")
def trials(tmp_path_factory):
    folder = tmp_path_factory.mktemp("delays")
    with forks(folder) as process:
        yield Trials(bare(folder, process))


@pytest.mark.parametrize("way", stores.WAYS)
def test_what_a_store_delays_ends_as_on_a_disk(trials, store, seed, way):
    assert stores.Delayed(way, 1, seed, store).complaints(trials) == []
