"""Let commands meet faults, and tell which did not bear them: `python -m faults land --sample 20`."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from random import Random
from typing import Final, Protocol

from rich.console import Console
from rich.table import Table

from faults import stores
from faults.client import Forks, forks
from faults.damages import damages
from faults.ground import prepared, quick_place
from faults.trials import Operations, Trials

SAMPLE: Final = 60
"""How many trials of a class are made when not told otherwise."""
TOLD: Final = 100
"""How much of a complaint is told at the end once more."""


class Trial(Protocol):
    """A trial by name, of a class."""

    @property
    def name(self) -> str:
        """By which it is tried again."""

    @property
    def group(self) -> str:
        """The class of trials to which it belongs."""

    def complaints(self, trials: Trials) -> list[str]:
        """What is not as it must be."""


@dataclass(frozen=True)
class Verdict:
    """What a trial found to complain of."""

    trial: Trial
    complaints: Sequence[str]


def main() -> int:
    """Makes a seeded sample of all trials, or of those with some words in their name; 1 when any fails."""
    arguments = _arguments()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-", dir=quick_place())))
        workers = [stack.enter_context(forks(folder)) for _ in range(arguments.at_once)]
        trials = Trials(prepared(folder, workers[0]))
        groups = every(trials, arguments.seed)
        if stores.are_there():
            groups |= stores.delays(arguments.seed, 2, stack.enter_context(stores.store(folder / "store")))
        chosen = choose(groups, arguments.words, arguments.sample, arguments.seed)
        if not chosen:
            print(f"no trial has the words: {arguments.words}", file=sys.stderr)
            return 2
        return report(list(verdicts(chosen, trials, workers)), arguments.seed)


def _arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("words", nargs="?", default="", help="only trials with these words; a whole name is just it")
    parser.add_argument("--seed", type=int, default=1, help="which are drawn (1)")
    parser.add_argument("--sample", type=int, default=SAMPLE, help=f"how many of a class, 0: all ({SAMPLE})")
    parser.add_argument("--at-once", type=int, default=2, help="trials that are made at the same time (2)")
    return parser.parse_args()


def every(trials: Trials, seed: int) -> dict[str, Sequence[Trial]]:
    """All trials by class."""
    if not trials.ground.forks.counts:
        print(
            "there is no C compiler, so no operation is counted: kills and failing calls are left out", file=sys.stderr
        )
    operations = Operations(trials).all if trials.ground.forks.counts else {}
    return {**operations, **damages(seed, 10)}


def choose(groups: dict[str, Sequence[Trial]], words: str, sample: int, seed: int) -> list[Trial]:
    """The trial of that name; if there is none, so many of each class as are wanted, drawn of those with the words."""
    exact = [one for group in groups.values() for one in group if one.name == words]
    if exact:
        return exact
    chosen: list[Trial] = []
    for name, group in groups.items():
        found = [one for one in group if words in one.name or words in name]
        count = min(sample or len(found), len(found))
        chosen += Random(f"{seed} {name}").sample(found, count)
    return chosen


def verdicts(chosen: Sequence[Trial], trials: Trials, workers: Sequence[Forks]) -> Iterator[Verdict]:
    """What each trial finds, told as it comes."""
    free: SimpleQueue[Trials] = SimpleQueue()
    for one in workers:
        free.put(trials.by(replace(trials.ground, forks=one)))

    def tried(trial: Trial) -> Verdict:
        mine = free.get()
        try:
            return Verdict(trial, trial.complaints(mine))
        finally:
            free.put(mine)

    with ThreadPoolExecutor(len(workers)) as pool:
        for number, verdict in enumerate(pool.map(tried, chosen), start=1):
            told = "; ".join(verdict.complaints) or "passed"
            print(f"{number}/{len(chosen)} {verdict.trial.name}: {told}", file=sys.stderr, flush=True)
            yield verdict


def report(found: Sequence[Verdict], seed: int) -> int:
    """Print a table by class, and how what failed is tried again; 1 if anything did."""
    table = Table()
    for column in ("class", "cases", "passed", "failed"):
        table.add_column(column, justify="left" if column == "class" else "right")
    for group in dict.fromkeys(one.trial.group for one in found):
        of = [bool(one.complaints) for one in found if one.trial.group == group]
        table.add_row(group, *(str(count) for count in (len(of), len(of) - sum(of), sum(of))))
    Console().print(table)
    failed = [one for one in found if one.complaints]
    for one in failed:
        print(f'{one.complaints[0][:TOLD]}: python -m faults "{one.trial.name}" --seed {seed}')
    print(f"{len(found)} cases, {len(found) - len(failed)} passed, {len(failed)} failed; seed {seed}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
