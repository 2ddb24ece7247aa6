"""A small budget holds for a network that does not fit it, and changes no row."""

import json
import subprocess
import sys

import pytest

from pipelines.cores import cores
from pipelines.errors import UsageError
from pipelines.memory import budget, of_machine
from pipelines.runs.staged import buckets_for
from tests.surroundings import environment

MIB = 1 << 20


def held(*arguments):
    """What tests.merge.held prints, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.merge.held", *map(str, arguments)],
        check=True, capture_output=True, text=True, env=environment(),
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.mark.skipif(cores() != 2, reason="512M is the least for two tasks at once")
def test_512_mebibytes_hold_for_a_network_that_takes_more_and_the_rows_are_the_same(tmp_path):
    held(tmp_path)
    small, large = held(tmp_path, "512M"), held(tmp_path, "6G")
    assert small["grown"] <= 512 < large["grown"]
    assert (small["rows"], small["hash"]) == (large["rows"], large["hash"])


def test_a_budget_is_what_is_given_or_a_quarter_of_the_machine():
    assert budget("512M", 2) == 512 * MIB
    assert budget("6G", 2) == 6 * 1024 * MIB
    assert budget(None, 1) == max(256 * MIB, of_machine() // 4)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("much", "--memory: expected a size such as 512M or 6G, found 'much'"),
        ("512", "--memory: expected a size such as 512M or 6G, found '512'"),
        ("-1G", "--memory: expected a size such as 512M or 6G, found '-1G'"),
        ("511M", "--memory: expected at least 512M for 2 tasks at once, found '511M'"),
    ],
)
def test_a_budget_that_is_none_or_too_small_is_told(given, told):
    with pytest.raises(UsageError) as raised:
        budget(given, 2)
    assert str(raised.value) == told


@pytest.mark.parametrize(("memory", "buckets"), [(1 << 30, 8), (256 * MIB, 16), (128 * MIB, 32)])
def test_less_memory_makes_more_buckets(memory, buckets):
    assert buckets_for(8_000_000, memory) == buckets


@pytest.mark.parametrize(
    ("events", "buckets"), [(1, 1), (1 << 20, 1), (3 << 20, 4), (20 << 20, 32), (64 << 20, 32), (1 << 30, 256)]
)
def test_buckets_grow_before_they_become_more_than_enough_and_then_until_they_fill_the_memory(events, buckets):
    assert buckets_for(events, 2 << 30) == buckets


FREED = """
from pathlib import Path
import numpy as np
from pipelines.memory import give_back, reuse_freed

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

reuse_freed()
first = resident()
held = [np.ones(5 << 20) for _ in range(5)]
itself = [np.ones(5 << 20)]
itself.append(itself)
del held, itself
freed = resident()
give_back()
print(first, freed, resident())
"""


def test_what_is_freed_stays_until_it_is_given_back_with_what_only_refers_to_itself():
    done = subprocess.run([sys.executable, "-c", FREED], check=True, capture_output=True, text=True, env=environment())
    first, freed, given = map(int, done.stdout.split())
    assert freed >= first + 200
    assert given <= first + 20
