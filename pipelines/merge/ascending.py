"""Looking values up among ascending ones, inside of compiled code."""

from typing import Any

from pipelines.compiled import inlined
from pipelines.merge.lookup import Ids


@inlined
def place_of(values: Ids, low: int, high: int, wanted: int) -> Any:
    """The first place from `low` to `high` whose value is not below the wanted one; each step is without a branch."""
    size = high - low
    while size > 0:
        half = (size + 1) // 2
        low += half * (values[low + half - 1] < wanted)
        size -= half
    return low


@inlined
def is_in(values: Ids, low: int, high: int, wanted: int) -> Any:
    """Whether a value is among those from `low` to `high`."""
    place = place_of(values, low, high, wanted)
    return place < high and values[place] == wanted


@inlined
def behind(values: Ids, at: int, wanted: int) -> Any:
    """The first place from `at` on whose value is above the wanted one; it is not far."""
    while at < len(values) and values[at] <= wanted:
        at += 1
    return at


@inlined
def run_of(values: Ids, end: int, wanted: int) -> Any:
    """Where the run of a value begins and ends; it is mostly the one behind the last, which ended at `end`."""
    follows_on = end > 0 and values[end - 1] < wanted
    first = behind(values, end, wanted - 1) if follows_on else place_of(values, 0, len(values), wanted)
    return first, behind(values, first, wanted)
