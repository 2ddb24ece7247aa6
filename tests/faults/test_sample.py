"""Commands that meet faults, a few of all that `make faults` tries; which, `SEED` draws."""

from random import Random

import pytest

from faults.commands import COMMANDS
from faults.damages import damages
from faults.operations import ERRORS, KILL
from faults.trials import Met

SOME = 2
"""How many trials each test makes."""


def require_borne(trials, trial, seed):
    complaints = trial.complaints(trials)
    assert complaints == [], f'{"; ".join(complaints)}  python -m faults "{trial.name}" --seed {seed}'


def drawn(trials, command, fault, random):
    """A trial of a command that meets a fault anywhere."""
    at = 1 + random.randrange(trials.of(command).count(fault))
    return Met(command, fault, at, fault is not KILL and random.random() < 1 / 2)


def need_counts(trials):
    if not trials.ground.forks.counts:
        pytest.skip("there is no C compiler, by which operations are counted")


def test_killed_at_any_operation_it_is_done_by_the_same_command_again(trials, seed):
    need_counts(trials)
    random = Random(f"{seed} kills")
    for command in random.sample(COMMANDS, SOME):
        require_borne(trials, drawn(trials, command, KILL, random), seed)


def test_any_operation_may_fail(trials, seed):
    need_counts(trials)
    random = Random(f"{seed} errors")
    for command in random.sample(COMMANDS, SOME):
        require_borne(trials, drawn(trials, command, random.choice(ERRORS), random), seed)


def test_any_file_may_be_damaged(trials, seed):
    groups = list(damages(seed, 1).values())
    for trial in Random(seed).sample([one for group in groups for one in group], SOME):
        require_borne(trials, trial, seed)
