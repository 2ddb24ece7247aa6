"""Trials of damage: readers and runs tell of a damaged file, or are right, and a repair brings all back."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from faults import damage
from faults.client import HANGS, Ended
from faults.commands import FROM, Command
from faults.ground import DAY, OTHER_DAY, gone
from faults.trials import Trials, differences

RUN: Final = Command("due", ("run",), "due")
READING: Final = (("feed", "2"), ("status",), ("releases",), ("sql", "SELECT count(*) FROM posts"))
NAMES: Final = ("--from", "{names}", "--format", "jetstream")
EVENTS_AGAIN: Final = ("land", *FROM[1::2], "{more}", "--ingestion-time", DAY)
NAMES_AGAIN: Final = ("land", "{names}", "--format", "jetstream", "--ingestion-time", OTHER_DAY)
CHECK_AGAIN: Final = Command("check", ("check", "{first.sql}"))
LANDED: Final = ("log", "quarantine", "long line", "names")
"""How the classes begin of files whose content is nowhere else than in the sources."""
ACCEPT: Final = "`newsfeed run --accept-log` goes on from what is there\n"
AGAIN: Final = ("log", "quarantine", "long line in quarantine", "names behind ids")
"""Those that a repair makes again of the sources."""


@dataclass(frozen=True)
class Damaged:
    """A trial: a file of a class is damaged in a way; which, and where, is drawn for a seed and a number."""

    kind: str
    way: str
    number: int
    seed: int

    @property
    def name(self) -> str:
        """By which it is tried again, for the same seed."""
        return f"{self.kind} {self.way} {self.number}"

    @property
    def group(self) -> str:
        """The class of trials to which it belongs."""
        return f"{self.kind} damaged"

    def complaints(self, trials: Trials) -> list[str]:
        """What is not as it must be."""
        found = []
        for tried in (self._told, self._repaired):
            root = trials.ground.copied("worn" if self.kind == "scratch" else "due")
            file = self._harm(Path(root))
            found += [f"{one.replace(root, 'ROOT')} at: {file}" for one in tried(trials, root, file)] if file else []
            gone(root)
        return found

    def _harm(self, root: Path) -> str:
        """Damage a file; which, below the root."""
        random = Random(f"{self.seed} {self.name}")
        file = damage.file_of(root, self.kind, random)
        if file is None:
            return ""
        damage.WAYS[self.way](file, random)
        return str(file.relative_to(root))

    def _told(self, trials: Trials, root: str, _file: str) -> list[str]:
        """What is wrong with what readers and a run say."""
        ground, expected = trials.ground, self._expected(trials)
        seen = ground.looked("read", root)
        found = [] if seen == expected.before or _is_line(seen.get("told")) else [f"readers see {seen}"]
        for words in READING:
            found += _said(words[0], ground.forks.command(*words, "--root", root))
        ran = ground.forks.command(*RUN.arguments(ground, root))
        found += _said("run", ran)
        seen = ground.looked("read", root)
        if "told" in seen and not _is_line(seen["told"]):
            found.append(f"after a run readers are told: {seen['told']}")
        if "rows" in seen and seen["rows"] not in (expected.before["rows"], expected.after["rows"]):
            found.append(f"after a run readers see {seen}")
        return found

    def _repaired(self, trials: Trials, root: str, file: str) -> list[str]:
        """What is wrong with the lake after a repair, what it says is to land, and a run."""
        ground, expected = trials.ground, self._expected(trials)
        steps = [Command("repair", ("repair", *self._sources(file)))]
        if self.kind.startswith(LANDED):
            steps += [Command("land", EVENTS_AGAIN), Command("land", NAMES_AGAIN)]
        if self.kind == "check":
            steps.append(CHECK_AGAIN)
        for step in (*steps, RUN):
            ended = ground.forks.command(*step.arguments(ground, root))
            if step is RUN and ended.code == 1 and self.kind == "log's commit" and ended.err.endswith(ACCEPT):
                ended = ground.forks.command("run", "--accept-log", "--root", root)  # no commit says what landed
            if ended.code != 0:
                return [f"{step.name} ended with {ended.code}: {ended.err.strip() or ended.out.strip()}"]
        seen, state = ground.looked("read", root), ground.looked("state", root)
        found = differences(expected.state, state)
        return [*found, f"readers see {seen} after a repair"] if seen.get("rows") != expected.after["rows"] else found

    def _sources(self, file: str) -> tuple[str, ...]:
        """Where what a file had lands from again, if it is damaged itself rather than its table's Delta log."""
        if self.kind not in AGAIN:
            return ()
        is_of_names = OTHER_DAY[:10] in file or self.kind == "names behind ids"
        return NAMES if is_of_names else (*FROM, "--from", "{more}")

    def _expected(self, trials: Trials) -> Any:
        return trials.of(Command("worn run", ("run",)) if self.kind == "scratch" else RUN)


def _said(what: str, ended: Ended) -> list[str]:
    """What is wrong with how a command ended, which may tell of damage on one line."""
    if ended.code == HANGS:
        return [f"{what} hangs"]
    return [] if ended.code == 0 or is_told(ended) else [f"{what} ended with {ended.code}: {ended.err.strip()}"]


def is_told(ended: Ended) -> bool:
    """Whether a command failed, and told of it on one line."""
    return ended.code == 1 and ended.err.startswith("error: ") and _is_line(ended.err.removesuffix("\n"))


def _is_line(told: str | None) -> bool:
    return bool(told) and "\n" not in str(told) and "bug of newsfeed" not in str(told)


def damages(seed: int, each: int) -> dict[str, list[Damaged]]:
    """So many trials of each class and way, by class."""
    return {
        f"{kind} damaged": [Damaged(kind, way, number, seed) for number in range(1, each + 1) for way in damage.WAYS]
        for kind in damage.CLASSES
    }
