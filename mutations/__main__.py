"""Break each rule in a copy of the project, and tell whether the tests notice: `python -m mutations --at-once 2`."""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mutations import Mutation, mutations
from mutations.trial import Verdict, sound_copy, tried


def main() -> int:
    """Tries all mutations, or those with some words in their rule, and prints a table; 1 when any survives."""
    arguments = _arguments()
    chosen = [one for one in mutations() if arguments.words in one.rule]
    faults = [fault for one in chosen if (fault := one.fault())]
    if faults or not chosen:
        print(*(faults or [f"no rule has the words: {arguments.words}"]), sep="\n", file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="newsfeed-sound-") as folder:
        broken = sound_copy(Path(folder))
        if broken is not None:
            print(f"without any mutation a test fails, so nothing can be told: {broken}", file=sys.stderr)
            return 1
        return _report(list(_verdicts(chosen, Path(folder), arguments.at_once)))


def _arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m mutations", description=__doc__)
    parser.add_argument("words", nargs="?", default="", help="only rules with these words")
    parser.add_argument("--at-once", type=int, default=2, help="mutations that are tried at the same time")
    return parser.parse_args()


def _verdicts(chosen: list[Mutation], sound: Path, at_once: int) -> Iterator[Verdict]:
    """The verdict on each mutation, told as it comes."""
    with ThreadPoolExecutor(at_once) as threads:
        for number, verdict in enumerate(threads.map(partial(tried, sound=sound), chosen), start=1):
            told = "survived" if verdict.killer is None else f"killed by {verdict.killer}: {verdict.why}"
            print(f"{number}/{len(chosen)} {verdict.mutation.rule}: {told}", file=sys.stderr, flush=True)
            yield verdict


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
