"""Mutations: rules of the meaning, each broken on purpose, to see that the tests notice.

A mutation is an entry of a file in `rules/`: the broken rule in words, a file, a text that is there exactly once, the
text that breaks the rule in its place, and the test that notices.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parent.parent
RULES: Final = Path(__file__).parent / "rules"
CONTRACT: Final = "tests/stores/contract.py"
"""Where tests of a class may stand that a file of tests has: what all stores do."""


@dataclass(frozen=True)
class Mutation:
    """A broken rule: in a file, what stands `there` and what stands there `instead`; the test that is to notice."""

    rule: str
    file: str
    there: str
    instead: str
    test: str

    def fault(self, folder: Path = PROJECT) -> str | None:
        """Why it can not be made in a folder, when it can not."""
        path = folder / self.file
        if not path.is_file():
            return f"{self.rule}: {self.file}: expected a file, found none"
        count = path.read_text("utf-8").count(self.there)
        if count != 1:
            return f"{self.rule}: {self.file}: expected once, found {count} times: {self.there.strip()}"
        if self.instead == self.there:
            return f"{self.rule}: {self.file}: it changes nothing"
        return None if self._has_test(folder) else f"{self.rule}: expected a test, found none: {self.test}"

    def _has_test(self, folder: Path) -> bool:
        file, *classes, name = self.test.split("::")
        said = [_text(folder / file), *(_text(folder / CONTRACT) for _ in classes)]
        named = [f"class {one}(" in said[0] for one in classes]
        return all(named) and any(f"def {name.partition('[')[0]}(" in text for text in said)

    def make(self, folder: Path) -> None:
        """Break the rule in a folder."""
        path = folder / self.file
        path.write_text(path.read_text("utf-8").replace(self.there, self.instead), "utf-8")


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def mutations() -> list[Mutation]:
    """All that are declared, file by file."""
    files = sorted(RULES.glob("*.toml"))
    return [Mutation(**one) for file in files for one in tomllib.loads(file.read_text("utf-8"))["mutation"]]
