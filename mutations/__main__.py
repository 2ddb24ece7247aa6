"""Break each rule in a copy of the project, and tell whether the tests notice: `python -m mutations --at-once 2`."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mutations import PROJECT, Mutation, mutations
from mutations.processes import load_libraries
from mutations.trial import STAGES, Stage, Verdict, copy, fault_of, tried_on_all, tried_on_its_own


def main() -> int:
    """Tries all mutations, or those with some words in their rule, and prints a table; 1 when any survives."""
    arguments = _arguments()
    chosen = [one for one in mutations() if arguments.words in one.rule]
    faults = [fault for one in chosen if (fault := one.fault())]
    if faults or not chosen:
        print(*(faults or [f"no rule has the words: {arguments.words}"]), sep="\n", file=sys.stderr)
        return 2
    with (
        TemporaryDirectory(prefix="newsfeed-sound-") as folder,
        ProcessPoolExecutor(arguments.at_once, get_context("spawn"), load_libraries) as workers,
    ):
        copy(PROJECT, Path(folder))
        try:
            return _report(_verdicts(chosen, Trials(Path(folder), workers)))
        except Unsound as unsound:
            print(f"without any mutation a test fails, so nothing can be told: {unsound}", file=sys.stderr)
            return 1


def _arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m mutations", description=__doc__)
    parser.add_argument("words", nargs="?", default="", help="only rules with these words")
    parser.add_argument("--at-once", type=int, default=2, help="mutations that are tried at the same time")
    return parser.parse_args()


class Unsound(Exception):
    """A test fails where nothing is broken."""


@dataclass(frozen=True)
class Trials:
    """A sound copy of the project, and the processes that try mutations of it."""

    sound: Path
    workers: Executor

    def require_sound(self, stages: Sequence[Stage]) -> None:
        """Raise Unsound unless these tests pass as it is."""
        fault = self.workers.submit(fault_of, self.sound, stages).result()
        if fault is not None:
            raise Unsound(fault)

    def of(self, chosen: Sequence[Mutation], tried: Callable[[Path, Mutation], Verdict]) -> Iterator[Verdict]:
        """The verdict on each mutation, told as it comes."""
        for number, verdict in enumerate(self.workers.map(partial(tried, self.sound), chosen), start=1):
            told = "survived" if verdict.killer is None else f"killed by {verdict.killer}: {verdict.why}"
            print(f"{number}/{len(chosen)} {verdict.mutation.rule}: {told}", file=sys.stderr, flush=True)
            yield verdict


def _verdicts(chosen: list[Mutation], trials: Trials) -> list[Verdict]:
    """Those of the tests that are named; where these notice nothing, of all others."""
    trials.require_sound([tuple(sorted({one.test for one in chosen}))])
    found = {one.mutation: one for one in trials.of(chosen, tried_on_its_own)}
    left = [mutation for mutation, verdict in found.items() if verdict.killer is None]
    if left:
        print("of the others all tests are asked", file=sys.stderr, flush=True)
        trials.require_sound(STAGES)
        found |= {one.mutation: one for one in trials.of(left, tried_on_all)}
    return list(found.values())


def _report(verdicts: list[Verdict]) -> int:
    """Print all verdicts and how many there are of each kind."""
    table = Table()
    for column in ("broken rule", "file", "killed by", "seconds"):
        table.add_column(column, overflow="fold")
    for verdict in verdicts:
        killer = "survived" if verdict.killer is None else verdict.killer
        table.add_row(*map(escape, (verdict.mutation.rule, verdict.mutation.file, killer, f"{verdict.seconds:.0f}")))
    Console().print(table)
    survived = sum(verdict.killer is None for verdict in verdicts)
    print(f"{len(verdicts)} mutations, {len(verdicts) - survived} killed, {survived} survived")
    return int(survived > 0)


if __name__ == "__main__":
    sys.exit(main())
