"""The points at which commands are stopped: before and after named steps, taken for the n-th time."""

STEPS = {
    "land": ["commit 1", "commit 2", "file 2", "index 1", "rename 1"],
    "run": [
        *("look 1", "roll back 1", "restore 1", "restore 9", "publish 1", "record 1"),
        *("commit 1", "commit 9", "commit 25", "commit 30", "file 1", "file 12"),
    ],
    "maintain": [
        *("commit 1", "commit 2", "commit 12", "commit 20", "file 1", "file 3", "merge 1", "record 1"),
        *("list 1", "list 20", "remove 1", "remove 5", "remove 30", "checkpoint 1", "checkpoint 9"),
    ],
}


def _points(steps):
    """Before and after each of some steps."""
    named = (step.rsplit(" ", 1) for step in steps)
    return [(name, int(number), when) for name, number in named for when in ("before", "after")]


CASES = [(what, point) for what, steps in STEPS.items() for point in _points(steps)]
"""Each command with each of its points."""
