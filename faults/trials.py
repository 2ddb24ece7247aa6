"""Trials of operations: a command meets a fault at one of its file operations, and is given once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from faults.client import HANGS, KILLED, Ended
from faults.commands import COMMANDS, Command
from faults.ground import Ground, gone, sound
from faults.operations import ERRORS, KILL, Fault, Kind

LONGEST: Final = 200
"""How much of what differs is told."""
ALL: Final = Fault("none", 0, Kind(1023))
WORDS: Final[Mapping[str, Kind]] = {
    "look": Kind.LOOK,
    "read": Kind.READ,
    "open": Kind.MAKE,
    "write": Kind.WRITE,
    "copy": Kind.WRITE,
    "rename": Kind.RENAME,
    "link": Kind.LINK,
    "remove": Kind.REMOVE,
    "make": Kind.FOLDER,
    "sync": Kind.SYNC,
    "set": Kind.ROOM,
}
"""How the operations of each kind begin in a trace."""


@dataclass(frozen=True)
class Undisturbed:
    """A command to which nothing happens: what readers see before and after it, the state after it, its operations."""

    before: dict[str, Any]
    after: dict[str, Any]
    state: dict[str, Any]
    operations: tuple[str, ...]

    def count(self, fault: Fault) -> int:
        """How many operations can meet a fault."""
        return sum(bool(WORDS[one.partition(" ")[0]] & fault.kinds) for one in self.operations)


class Trials:
    """What is known of commands on a ground."""

    def __init__(self, ground: Ground, known: dict[str, Undisturbed] | None = None) -> None:
        self.ground = ground
        self._known = {} if known is None else known

    def by(self, ground: Ground) -> "Trials":
        """The same on the same ground, with another process."""
        return Trials(ground, self._known)

    def begun(self, command: Command) -> str:
        """A lake that a command begins with."""
        root = self.ground.copied(command.lake)
        command.harm(Path(root))
        return root

    def of(self, command: Command) -> Undisturbed:
        """What a command does to which nothing happens. Raises Unsound."""
        if command.name not in self._known:
            self._known[command.name] = self._undisturbed(command)
        return self._known[command.name]

    def _undisturbed(self, command: Command) -> Undisturbed:
        ground, root = self.ground, self.begun(command)
        trace = ground.folder / f"trace-{command.name}"
        before = ground.looked("read", root)
        arguments = command.arguments(ground, root)
        if ground.forks.counts:
            sound(ground.forks.met(root, arguments, ALL, 0, trace=str(trace)), arguments)
        else:
            ground.must(*arguments)
        seen, state = ground.looked("read", root), ground.looked("state", root)
        told = trace.read_text().replace(root, "").splitlines() if trace.exists() else []
        gone(root)
        return Undisturbed(before, seen, state, tuple(told))


@dataclass(frozen=True)
class Met:
    """A trial: a command meets a fault at its how many-th operation, or at all from then on."""

    command: Command
    fault: Fault
    at: int
    stays: bool = False

    @property
    def name(self) -> str:
        """By which it is tried again."""
        return f"{self.group} {'from ' if self.stays else ''}{self.at}"

    @property
    def group(self) -> str:
        """The class of trials to which it belongs."""
        return f"{self.command.name} {self.fault.name}"

    def complaints(self, trials: Trials) -> list[str]:
        """What is not as it must be."""
        ground, expected, root = trials.ground, trials.of(self.command), trials.begun(self.command)
        arguments = self.command.arguments(ground, root)
        ended = ground.forks.met(root, arguments, self.fault, self.at, stays=self.stays)
        found = [*self.complaints_of(ended, root), *self._seen(ground.looked("read", root), expected)]
        again = ground.forks.command(*arguments)
        if again.code != 0:
            found.append(f"again, it ended with {again.code}: {again.err.strip()}")
        seen, state = ground.looked("read", root), ground.looked("state", root)
        found += [f"readers see {seen} at the end"] if seen != expected.after else []
        found += differences(expected.state, state)
        where = f" at: {ended.hit.replace(root, '')}" if ended.hit else ""
        gone(root)
        return [f"{one.replace(root, 'ROOT')}{where}" for one in found]

    def _seen(self, seen: dict[str, Any], expected: Undisturbed) -> list[str]:
        """What readers must not see between the fault and the end."""
        is_told = "told" in seen and "told" in expected.before and "\n" not in seen["told"]
        return [] if is_told or seen in (expected.before, expected.after) else [f"readers see {seen} meanwhile"]

    def complaints_of(self, ended: Ended, root: str) -> list[str]:
        """What is wrong with how the command ended."""
        if ended.code == HANGS:
            return ["it hangs"]
        if self.fault is KILL:
            return [] if ended.code == KILLED or not ended.hit else [f"it ended with {ended.code}: {ended.err}"]
        lines = ended.err.splitlines()
        if ended.code == 0:
            return [f"it says: {line}" for line in lines if not line.startswith("warning: ")]
        if ended.code != 1:
            return [f"it ended with {ended.code}: {ended.err}"]
        is_one = len(lines) == 1 or self.command.name == "maintain"
        named = all(self.fault.words in line and root in line for line in lines)
        return [] if is_one and named and ended.err.startswith("error: ") else [f"it says: {ended.err.strip()}"]


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """What of a state differs."""
    return [
        f"{name}: expected {_short(expected[name], found[name])}, found {_short(found[name], expected[name])}"
        for name in expected
        if expected[name] != found[name]
    ]


def _short(some: Any, other: Any) -> Any:
    """What one has that the other has not, cut short."""
    text = str(_rest(some, other))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _rest(some: Any, other: Any) -> Any:
    if isinstance(some, dict):
        return {name: value for name, value in some.items() if other.get(name) != value}
    if isinstance(some, list):
        return [one for one in some if one not in other]
    return some


@dataclass
class Operations:
    """All trials of operations on a ground."""

    trials: Trials

    @cached_property
    def all(self) -> dict[str, list[Met]]:
        """All trials by their class."""
        found: dict[str, list[Met]] = {}
        for command in COMMANDS:
            for fault in (KILL, *ERRORS):
                count = self.trials.of(command).count(fault)
                ways = (False,) if fault is KILL else (False, True)
                every = [Met(command, fault, at, stays) for at in range(1, count + 1) for stays in ways]
                found[f"{command.name} {fault.name}"] = every
        return found
