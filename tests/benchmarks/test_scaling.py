"""The cost model foretells what was measured."""

import pytest

from benchmarks.scaling import NETWORKS, bytes_of, off, seconds_of


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_each_network_is_foretold_within_a_fifth(network):
    assert abs(off(seconds_of(network.counts), network.seconds)) <= 0.2
    assert abs(off(bytes_of(network.counts), network.bytes)) <= 0.2
