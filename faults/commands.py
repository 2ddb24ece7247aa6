"""Which commands are tried, and on which lake: an entry in a table for each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from faults import damage
from faults.ground import DAY, Ground

Harm = Callable[[Path], None]


def none(_root: Path) -> None:
    """Nothing is harmed."""


@dataclass(frozen=True)
class Command:
    """A command by name, its words, the lake that it begins with, and what harm is done to that before.

    In its words `{name}` stands for a source. Its readers may be told of the harm meanwhile, if there is any.
    """

    name: str
    words: tuple[str, ...]
    lake: str = "worn"
    harm: Harm = none

    def arguments(self, ground: Ground, root: str) -> list[str]:
        """What the command is called with at a root."""
        named = (ground.source(word[1:-1]) if word.startswith("{") else word for word in self.words)
        return [*named, "--root", root]


def _a_bit_of_each(root: Path) -> None:
    """A file of a view and of a relation, a record, a run of the index, a commit and a checkpoint are damaged."""
    for kind, way in (
        ("view", "bit flipped"),
        ("relation", "torn"),
        ("release record", "empty"),
        ("run of the index of ids", "last page zeroed"),
        ("relation's commit", "torn"),
        ("view's checkpoint", "empty"),
    ):
        _do(root, kind, way)


def _the_log(root: Path) -> None:
    """A file of the log is damaged."""
    _do(root, "log", "bit flipped", DAY[:10])


def _do(root: Path, kind: str, way: str, within: str = "") -> None:
    """Damage a file, always the same."""
    file = damage.file_of(root, kind, Random(1), within)
    if file is not None:
        damage.WAYS[way](file, Random(1))


FROM: Final = tuple(word for number in range(3) for word in ("--from", f"{{events-{number}}}"))
"""Where all events land from again."""
COMMANDS: Final = (
    Command("land", ("land", "{more}", "--ingestion-time", DAY)),
    Command("run", ("run",)),
    Command("maintain", ("maintain", "--keep", "1", "--grace", "0", "--execute")),
    Command("repair", ("repair",), "tidy", _a_bit_of_each),
    Command("erase", ("erase", "2", "--reason", "ticket 1", "--execute"), "tidy"),
    Command("reland", ("repair", *FROM), "tidy", _the_log),
)
