"""`newsfeed maintain`: housekeeping."""

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import logs, options, show
from pipelines.cli.tables import Column
from pipelines.errors import NewsfeedError

if TYPE_CHECKING:
    from pipelines.maintenance.report import Report

COLUMNS = (
    Column("what"),
    Column("count", "number"),
    Column("bytes freed", "number"),
    Column("freed later", "number"),
    Column("written", "number"),
)
LONGEST = 36500
"""The days beyond which all is kept, a century."""


class NotAllDone(NewsfeedError):
    """Some of the housekeeping could not be done."""

    transient = True


def maintain(
    root: options.Root = options.ROOT,
    execute: Annotated[bool, typer.Option("--execute", help="Do it: without, nothing is changed.")] = False,
    keep: Annotated[
        int | None, typer.Option(min=1, max=options.MOST, help="Expire all releases but the last so many.")
    ] = None,
    keep_days: Annotated[
        float | None, typer.Option(min=0, max=LONGEST, help="Expire releases that are older, and not among --keep.")
    ] = None,
    grace: Annotated[
        float, typer.Option(min=0, max=LONGEST * 24, help="The hours for which what is not needed any more is left.")
    ] = 1,
    json: options.AsJson = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Show what housekeeping would free and cost; with --execute, do it.

    Example: newsfeed maintain --keep 24 --execute
    """
    from pipelines.maintenance.expiry import Limits
    from pipelines.maintenance.maintain import maintain as tidy
    from pipelines.storage.lake import Lake

    report = tidy(Lake.at(root), Limits(keep, keep_days), grace=timedelta(hours=grace), execute=execute)
    facts = {
        "executed": execute,
        "steps": [asdict(step) for step in report.steps.values()],
        "faults": report.faults,
    }
    logs.fact("maintained", **facts)
    if json:
        show.as_json(facts)
    else:
        _tell(report, grace, execute=execute)
    if report.faults:
        raise NotAllDone("\n".join(report.faults))


def _tell(report: "Report", grace: float, *, execute: bool) -> None:
    rows = [
        (step.what, f"{step.count:,}", f"{step.freed:,}", f"{step.later:,}", f"{step.written:,}")
        for step in report.steps.values()
    ]
    show.table(rows, COLUMNS)
    if not execute:
        print("nothing was changed: --execute does it")
    elif any(step.later for step in report.steps.values()):
        print(f"what is freed later goes with the next maintenance after {grace:g} h")
