"""The commands; each imports what it needs when it runs, so that `--help` answers at once."""

from typing import Annotated

import typer

from pipelines import __version__
from pipelines.cli import (
    check,
    describe,
    diff,
    erase,
    explain,
    follow,
    inspect,
    land,
    maintain,
    people,
    produce,
    publish,
    put,
    quarantine,
    read,
    repair,
    rollback,
    run,
    serve,
    verify,
)
from pipelines.cli.conversion import convert_when_needed

convert_when_needed()


def show_version(is_asked: bool) -> None:
    """Print the version of what is installed, and end."""
    if is_asked:
        print(f"newsfeed {__version__}")
        raise typer.Exit


app = typer.Typer(
    help="Newsfeeds and per-user views as pure functions of an append-only event log.\n\n"
    "Start with: newsfeed land FILE, newsfeed run, newsfeed feed USER.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=show_version, is_eager=True)
    ] = False,
) -> None:
    """What all commands have."""


for command in (
    put.put,
    produce.produce,
    land.land,
    run.run,
    follow.follow,
    publish.publish,
    serve.serve,
    inspect.status,
    inspect.metrics,
    inspect.releases,
    read.feed,
    diff.diff,
    people.find,
    people.user,
    explain.explain,
    read.export,
    read.sql,
    read.path,
    describe.describe,
    quarantine.quarantine,
    verify.verify,
    repair.repair,
    rollback.rollback,
    check.check,
    erase.erase,
    maintain.maintain,
):
    app.command(context_settings={"ignore_unknown_options": command is read.sql})(command)
