"""The options that several commands share."""

from typing import Annotated

import typer

from pipelines.cli import logs


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
ReleaseNumber = Annotated[
    int | None, typer.Option("--release", min=1, max=MOST, help="A release by number; the last one by default.")
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show what the engine says.")]

ROOT = "data/lake"
ENGINE = "sail"
