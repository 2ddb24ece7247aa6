"""One reader's feed from a release, in a warm process and as a command, and a run where nothing is new."""

from functools import partial

from benchmarks import ours
from benchmarks.ground import Ground
from benchmarks.report import Found
from benchmarks.timing import by_turns


def measure(ground: Ground) -> Found:
    """The milliseconds of each, of random readers; the commands with their start."""
    return Found(by_turns({"ours": partial(ours.read, ground.released(), ground.seed)}, ground.repeat), unit="ms")
