"""The options that several commands share."""

import re
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.cli import logs
from pipelines.errors import UsageError


def _log_as(context: typer.Context, written: str) -> str:
    logs.begin(written, context.info_name)
    return written


MOST = 2**31 - 1
"""The greatest number of entries, which positions can count."""

Root = Annotated[
    str,
    typer.Option("--root", envvar="NEWSFEED_ROOT", help="Where the lake is: a local path, or a URL such as hdfs://…"),
]
Engine = Annotated[
    str,
    typer.Option("--engine", envvar="NEWSFEED_ENGINE", help="sail, spark, submitted, or sc://HOST:PORT"),
]
User = Annotated[str, typer.Argument(help="A user's id, or @username in upper or lower case.")]
Memory = Annotated[
    str | None,
    typer.Option(
        "--memory",
        envvar="NEWSFEED_MEMORY",
        help="What the run may take, such as 512M or 6G; a quarter of the machine by default.",
    ),
]
TEXT = "text"
LogFormat = Annotated[
    str,
    typer.Option(
        "--log-format",
        envvar=logs.VARIABLE,
        callback=_log_as,
        is_eager=True,
        help="What standard error has: text, or json, an object a line with each step, what it measured, and faults.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the facts as JSON.")]
IdsAsStrings = Annotated[
    bool,
    typer.Option(
        "--ids-as-strings",
        envvar="NEWSFEED_IDS_AS_STRINGS",
        help="In JSON, write the ids (fields that end in _id or _ids) as strings, for readers that round above 2^53.",
    ),
]
Rows = Annotated[
    int | None,
    typer.Option("--limit", min=1, max=MOST, help="How many rows to show: 40 on a terminal by default, elsewhere all."),
]
Vertical = Annotated[
    bool, typer.Option("--vertical", "-x", help="Show each row by itself, whole, a line for each column.")
]
ReleaseNumber = Annotated[
    int | None, typer.Option("--release", min=1, max=MOST, help="A release by number; the last one by default.")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="What was so at a time, as 2026-01-31T12:00:00Z, by all that is in the log now."),
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", help="With --as-of: by what was in the log at a time, and nothing later.")
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show what the engine says.")]

LONGEST = 366 * 86400.0
"""The most seconds that an option takes, a year."""
ROOT = "data/lake"
ENGINE = "sail"


def time_of(option: str, text: str) -> datetime:
    """The time that an option gives, in UTC. Raises UsageError."""
    try:
        given = datetime.fromisoformat(text)
        if given.tzinfo is not None:
            return given.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"{option}: expected a time such as 2026-01-31T12:00:00Z, found {text!r}")


UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds_of(option: str, text: str) -> float:
    """The seconds that an option gives, such as `500ms`, `10s`, `5m` or `1h`; more than none. Raises UsageError."""
    given = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?", text)
    seconds = 0.0 if given is None else float(given[1]) * UNITS[given[2] or "s"]
    if not 0 < seconds <= LONGEST:
        raise UsageError(f"{option}: expected a time such as 500ms, 10s, 5m or 1h, found {text!r}")
    return seconds


def share_of(option: str, text: str, *, some: bool = False) -> float:
    """The share that a text such as 1% says, which is above none where there must be `some`. Raises UsageError."""
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?)%", text)
    if match is None or float(match[1]) > 100 or (some and not float(match[1])):
        bounds = "above 0% and at most 100%" if some else "at most 100%"
        raise UsageError(f"{option}: expected a share such as 1%, {bounds}, found {text!r}")
    return float(match[1]) / 100
