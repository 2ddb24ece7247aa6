"""How facts are shown: as JSON, or for a person."""

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from pipelines.characters import STEERING, printable
from pipelines.cli import logs
from pipelines.cli.tables import Column, Layout
from pipelines.storage import ids

BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


def as_json(facts: Any, *, ids_as_strings: bool = False) -> None:
    """Print facts as JSON."""
    shown = ids.as_strings(facts) if ids_as_strings else facts
    print(json.dumps(shown, indent=2, ensure_ascii=False, default=written))


def as_json_line(facts: Any) -> None:
    """Print facts as JSON on one line, at once."""
    print(json.dumps(facts, ensure_ascii=False, default=written), flush=True)


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


def table(rows: Sequence[Sequence[Any]], columns: Sequence[Column]) -> None:
    """Print rows as a table: what has no room on a terminal is counted."""
    cells = [[cell(value) for value in row] for row in rows]
    layout = Layout.of(columns, cells, terminal_width())
    print(heading(layout))
    for row in cells:
        print(layout.row(row))
    not_shown(layout.left_out, layout.cut, "see --json")


def heading(layout: Layout) -> str:
    """The heading of a table, in bold on a terminal."""
    return f"{BOLD}{layout.heading()}{PLAIN}" if layout.fitted else layout.heading()


def not_shown(columns: int, texts: int, way: str, rows: int = 0) -> None:
    """Say what a terminal had no room for, and in which way it is shown, unless all was."""
    told = [counted(count, noun) for count, noun in ((rows, "more row"), (columns, "more column")) if count]
    told += [f"{counted(texts, 'text')} shortened"] if texts else []
    if told:
        print(f"… {', '.join(told)}: {way}")


def terminal_width() -> int | None:
    """The width of the terminal that the output goes to; None when it goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def cell(value: Any) -> str:
    """A value on one line: nothing for null, JSON for lists and the like, what steers a terminal as escapes."""
    if value is None:
        return ""
    if isinstance(value, str):
        return STEERING.sub(lambda found: repr(found[0])[1:-1], value)
    return when(value) if isinstance(value, datetime) else cell(json.dumps(value, ensure_ascii=False))


def when(time: datetime) -> str:
    """A time to the second, in UTC."""
    return time.strftime("%Y-%m-%d %H:%M:%S")


def age(time: datetime) -> str:
    """How long ago a time was, in the two largest of days, hours, minutes and seconds."""
    left, parts = max(0, int((datetime.now(UTC) - time).total_seconds())), list[str]()
    for unit, seconds in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, seconds)
        if count or (unit == "s" and not parts):
            parts.append(f"{count:,} {unit}")
    return " ".join(parts[:2])


def person(names: dict[str, Any] | None, user_id: int) -> str:
    """First and last name with the username, as far as they are known."""
    if names is None or names["username"] is None:
        return f"user {user_id}"
    whole = " ".join(part for part in (names["first_name"], names["last_name"]) if part)
    return printable(f"{whole} @{names['username']}")


def text(written: str | None) -> None:
    """Print a text below what it belongs to."""
    for line in lines(written or ""):
        print(f"      {line}")


def lines(text: str) -> list[str]:
    """The lines of a text, at least one, as a terminal shows them."""
    return [printable(line) for line in text.splitlines()] or [""]


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 line`, `1,234 lines`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal's error stream, none when that is a file; call it with what is done and what there is."""
    if logs.are_json() or not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, all_: bar.update(task, completed=done, total=all_)


@contextmanager
def status() -> Iterator[Callable[[str, int | None], None]]:
    """One line on the terminal's error stream that says what is being done, none when that is a file; a log has all."""
    if logs.are_json() or not sys.stderr.isatty():
        yield lambda step, release: logs.fact("step", step=step, release=release)
        return
    from rich.console import Console

    with Console(stderr=True).status("") as line:
        yield lambda step, _release: line.update(step)
