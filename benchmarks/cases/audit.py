"""The audit of all rows of the newsfeed, which is the newsfeed with it less without it, against the copy."""

from functools import partial

from benchmarks import copy_floor, ours
from benchmarks.ground import Ground
from benchmarks.report import Found
from benchmarks.timing import Repetition, by_turns

STEP = "newsfeed"


def measure(ground: Ground) -> Found:
    """The seconds that the audit adds, turn by turn, and those of what it is the difference of."""
    root = ground.released()
    sides = {
        "audited": partial(ours.newsfeed_again, root),
        "unaudited": partial(ours.newsfeed_again, root, "--unaudited"),
    }
    runs = by_turns(sides | copy_floor.sides(partial(ground.files, STEP), STEP), ground.repeat)
    pairs = zip(runs["audited"], runs["unaudited"], strict=True)
    added = [Repetition({STEP: much.measured[STEP] - little.measured[STEP]}) for much, little in pairs]
    return Found({"the audit": added} | copy_floor.only_fastest(runs, STEP))
