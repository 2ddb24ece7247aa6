"""How facts are shown: as JSON, or for a person."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from pipelines.characters import printable


def as_json(facts: Any) -> None:
    """Print facts as JSON."""
    print(json.dumps(facts, indent=2, ensure_ascii=False, default=written))


def as_json_list(facts: Iterable[Any]) -> None:
    """Print facts as a list of JSON, one after another, holding none."""
    before = "["
    for fact in facts:
        print(
            before,
            json.dumps(fact, indent=2, ensure_ascii=False, default=written).replace("\n", "\n  "),
            sep="\n  ",
            end="",
        )
        before = ","
    print("[]" if before == "[" else "\n]")


def written(value: Any) -> Any:
    """A value that JSON does not know: times and dates in ISO 8601, UTC with Z; bytes and all else as text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def table(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> None:
    """Print rows as a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*map(printable, columns), box=None, header_style="bold", pad_edge=False)
    for row in rows:
        shown.add_row(*(Text(_cell(value)) for value in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(shown)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return printable(when(value) if isinstance(value, datetime) else str(value))


def when(time: datetime) -> str:
    """A time to the second, in UTC."""
    return time.strftime("%Y-%m-%d %H:%M:%S")


def person(names: dict[str, Any] | None, user_id: int) -> str:
    """First and last name with the username, as far as they are known."""
    if names is None or names["username"] is None:
        return f"user {user_id}"
    whole = " ".join(part for part in (names["first_name"], names["last_name"]) if part)
    return printable(f"{whole} @{names['username']}")


def text(written: str | None) -> None:
    """Print a text below what it belongs to."""
    for line in (written or "").splitlines() or [""]:
        print(f"      {printable(line)}")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 line`, `1,234 lines`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal's error stream, none when that is a file; call it with what is done and what there is."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, all_: bar.update(task, completed=done, total=all_)


@contextmanager
def status() -> Iterator[Callable[[str], None]]:
    """One line on the terminal's error stream that says what is being done, none when that is a file."""
    from rich.console import Console

    with Console(stderr=True).status("") as line:
        yield lambda text: line.update(text) if sys.stderr.isatty() else None
