"""`newsfeed verify`: whether what is served is what the log says."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import logs, options, show
from pipelines.cli.tables import Column
from pipelines.cli.working import working
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from pipelines.releases.release import Release
    from pipelines.storage.lake import Lake
    from pipelines.verification.findings import Finding

SHOWN = 5
"""How many rows that differ are told of each table."""


def verify(
    root: options.Root = options.ROOT,
    release: options.ReleaseNumber = None,
    quick: Annotated[bool, typer.Option("--quick", help="Compare files, counts, hashes; make nothing again.")] = False,
    sample: Annotated[
        str | None, typer.Option("--sample", help="Compare the views' rows of just this share of owners, such as 1%.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=options.MOST, help="With --sample: another one for each number.")] = 0,
    engine: options.Engine = options.ENGINE,
    memory: options.Memory = None,
    json: options.AsJson = False,
    ids_as_strings: options.IdsAsStrings = False,
    verbose: options.Verbose = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Make a release of the log once more, beside it, and compare every row; fails when any differs.

    With --quick: compare all bytes with their checksums, what files hold with what was committed, and the log with the
    certificates of its landings. With --sample: compare the rows of views of some owners, made of their events alone.

    Example: newsfeed verify --quick
    """
    from pipelines.releases.release import release as find_release
    from pipelines.storage.lake import Lake
    from pipelines.verification.findings import require_right

    if quick and sample is not None:
        raise UsageError("--quick: expected no --sample beside it, of which rows are made again")
    share, lake = None if sample is None else options.share_of("--sample", sample, some=True), Lake.at(root)
    chosen = find_release(lake, release)
    if share is not None:
        found = _sampled(lake, chosen, share, seed)
    else:
        found = _quick(lake, chosen) if quick else _whole(lake, chosen, engine, memory, verbose=verbose)
    facts = {"release": chosen.number, "tables": [one.as_facts() for one in found]}
    logs.fact("verified", release=chosen.number, wrong=[one.table for one in found if not one.is_right])
    if json:
        show.as_json(facts, ids_as_strings=ids_as_strings)
    else:
        _tell(found)
    require_right(f"release {chosen.number}", found)


def _sampled(lake: "Lake", release: "Release", share: float, seed: int) -> "list[Finding]":
    from pipelines.verification.sample import Sample, verify

    with show.status() as progress:
        return verify(lake, release, Sample(share, seed), progress)


def _quick(lake: "Lake", release: "Release") -> "list[Finding]":
    from pipelines.verification.quick import verify

    return verify(lake, release)


def _whole(lake: "Lake", release: "Release", engine: str, memory: str | None, *, verbose: bool) -> "list[Finding]":
    from pipelines.verification.rebuild import verify

    with working(engine, memory, verbose=verbose) as at:
        return verify(lake, release, *at)


def _tell(found: "list[Finding]") -> None:
    """A line for each table, and the first rows that differ."""
    rows = [(one.table, "" if one.rows is None else f"{one.rows:,}", one.told) for one in found]
    show.table(rows, (Column("table"), Column("rows", "number"), Column("found", "prose")))
    for one in found:
        for difference in one.differences[:SHOWN]:
            key = ", ".join(f"{name} {show.cell(value)}" for name, value in difference.key.items())
            columns = (
                f"{name} {show.cell(served)} instead of {show.cell(expected)}"
                for name, (served, expected) in difference.columns.items()
            )
            print(f"{one.table}: {difference.kind}: {key}{': ' if difference.columns else ''}{', '.join(columns)}")
        if len(one.differences) > SHOWN:
            print(f"{one.table}: {len(one.differences) - SHOWN:,} more, see --json")
