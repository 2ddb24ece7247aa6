"""`newsfeed repair`: go on after a power loss, or damage of files."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from pipelines.cli import logs, options, show

if TYPE_CHECKING:
    from pipelines.repair.damage import LogDamage
    from pipelines.runs.run import Run
    from pipelines.storage.lake import Lake


def repair(
    root: options.Root = options.ROOT,
    engine: options.Engine = options.ENGINE,
    memory: options.Memory = None,
    json: options.AsJson = False,
    verbose: options.Verbose = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Find what is damaged, and make it again from the log where it can be.

    What a power loss left half written in a Delta log is set aside, so that all else can be read. Relations and views
    of the last release of which files are not what was written are made again, in a release with the same rows. Of
    damaged files of the log it is told what was in them: nothing else is touched, and the exit code is 1.

    Example: newsfeed repair --root data/lake
    """
    from pipelines.releases.release import last_release, require_lake
    from pipelines.repair import damage
    from pipelines.repair.deltalogs import set_aside
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    require_lake(lake)
    aside, last = set_aside(lake), last_release(lake)
    tables = {} if last is None else damage.of_tables(lake, last)
    log = damage.of_log(lake)
    mended = _mended(lake, frozenset(tables), engine, memory, verbose=verbose) if tables else None
    logs.fact("repaired", set_aside=[str(told) for told in aside], tables=list(tables))
    if json:
        show.as_json(_facts(aside, tables, mended, log))
    else:
        _tell(aside, tables, mended, log)
    if log is not None:
        raise typer.Exit(1)


def _mended(lake: "Lake", damaged: frozenset[str], engine: str, memory: str | None, *, verbose: bool) -> "Run":
    """Make tables again on the engine of that name."""
    from pipelines.cores import cores
    from pipelines.engines import open_engine
    from pipelines.memory import budget
    from pipelines.runs.run import run

    with (
        open_engine(engine, verbose=verbose, memory=budget(memory, cores())) as opened,
        show.status() as progress,
    ):
        return run(lake, opened, damaged=damaged, memory=budget(memory, opened.slots), progress=progress)


def _facts(
    aside: list[str], tables: Mapping[str, list[str]], mended: "Run | None", log: "LogDamage | None"
) -> dict[str, Any]:
    return {
        "set_aside": aside,
        "tables": tables,
        "release": None if mended is None else mended.release.number,
        "log": None if log is None else {"files": log.files, "lost": log.lost, "rests": log.rests},
    }


def _tell(aside: list[str], tables: Mapping[str, list[str]], mended: "Run | None", log: "LogDamage | None") -> None:
    for told in aside:
        print(f"{told}: set aside")
    if aside:
        print("land again what was lost, each event is kept once, then `newsfeed run`")
    for faults in tables.values():
        print("\n".join(faults))
    if mended is not None:
        print(f"made again: {', '.join(tables)}; release {mended.release.number} has the rows of the one before")
    if log is not None:
        _tell_log(log)
    if not (aside or tables or log):
        print("nothing to repair")


def _tell_log(log: "LogDamage") -> None:
    print("\n".join(log.files))
    if log.lost is None:
        print("lost: what was in them, of which the log's commits no longer say anything")
        return
    days = ((kind, day, count) for kind, of_kind in sorted(log.lost.items()) for day, (count, _) in of_kind.items())
    for kind, day, count in days:
        print(f"lost: {count:,} {kind} of {day}")
    print(f"made of such events: {', '.join(log.rests)}; the last release has what it was made of")
