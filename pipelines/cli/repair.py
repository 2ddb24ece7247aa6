"""`newsfeed repair`: go on after a power loss, or damage of files."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli import logs, options, show
from pipelines.cli.working import working

if TYPE_CHECKING:
    from pipelines.repair.damage import LogDamage
    from pipelines.repair.relanding import Relanded
    from pipelines.storage.lake import Lake


def repair(
    root: options.Root = options.ROOT,
    engine: options.Engine = options.ENGINE,
    memory: options.Memory = None,
    source: Annotated[
        list[str] | None, typer.Option("--from", help="Where the events of damaged files of the log land from again.")
    ] = None,
    format_name: Annotated[str, typer.Option("--format", help="What the lines of --from are.")] = "events",
    json: options.AsJson = False,
    verbose: options.Verbose = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Find what is damaged, and make it again from the log where it can be.

    What a power loss left half written in a Delta log is set aside, so that all else can be read. Relations and views
    of the last release of which files are not what was written are made again, in a release with the same rows; so are
    records of releases; damaged runs of an index go, and the next landing makes them again. Of damaged files of the log
    it is told what was in them: nothing else is touched, and the exit code is 1. With --from these files are taken out
    of the log, their events land again, and it is told whether just these are back.

    Example: newsfeed repair --root data/lake
    """
    from pipelines.releases.release import last_release, require_lake
    from pipelines.repair import damage
    from pipelines.repair.deltalogs import set_aside
    from pipelines.repair.indexes import take_damaged_away
    from pipelines.repair.records import write_damaged_again
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    require_lake(lake)
    aside, records = set_aside(lake), write_damaged_again(lake)
    indexes, last = take_damaged_away(lake), last_release(lake)
    log = damage.of_log(lake)
    relanded = _relanded(lake, log, source, format_name, engine, verbose=verbose) if log and source else None
    tables = {} if last is None else damage.of_tables(lake, last)
    found = _Found(aside, records, indexes, log, relanded, tables)
    if not json:
        print("\n".join(found.lines()))
    release = _mended(lake, frozenset(tables), engine, memory, verbose=verbose) if tables else None
    logs.fact("repaired", set_aside=[str(told) for told in aside], tables=list(tables), release=release)
    if json:
        show.as_json(found.facts() | {"release": release})
    elif release is not None:
        print(f"made again: {', '.join(tables)}; release {release} has the rows of the one before")
    if not found.is_mended:
        raise typer.Exit(1)


def _relanded(
    lake: "Lake", log: "LogDamage", sources: list[str], format_name: str, engine: str, *, verbose: bool
) -> "Relanded":
    """Land what was in damaged files again, on the engine of that name."""
    from pipelines.engines import open_engine
    from pipelines.repair.relanding import land_again

    with open_engine(engine, verbose=verbose) as opened:
        return land_again(lake, opened, log, sources, format_name)


def _mended(lake: "Lake", damaged: frozenset[str], engine: str, memory: str | None, *, verbose: bool) -> int:
    """Make tables again on the engine of that name; the number of the release that has them."""
    from pipelines.runs.run import run

    with working(engine, memory, verbose=verbose) as at:
        return run(lake, at.engine, damaged=damaged, memory=at.memory, progress=at.progress).release.number


@dataclass(frozen=True)
class _Found:
    """What is damaged: of Delta logs, of records of releases, of indexes, of the log, what landed again, of tables."""

    aside: list[str]
    records: list[str]
    indexes: list[str]
    log: "LogDamage | None"
    relanded: "Relanded | None"
    tables: Mapping[str, list[str]]

    @property
    def is_mended(self) -> bool:
        """Whether nothing of the log is lost any more."""
        return self.log is None or (self.relanded is not None and not self.relanded.missing)

    def facts(self) -> dict[str, Any]:
        """The same for programs."""
        log = None if self.log is None else {**asdict(self.log), "files": list(self.log.files.values())}
        relanded = None if self.relanded is None else asdict(self.relanded) | {"missing": self.relanded.missing}
        return {
            "set_aside": self.aside,
            "records": self.records,
            "indexes": self.indexes,
            "tables": self.tables,
            "log": log,
            "relanded": relanded,
        }

    def lines(self) -> Iterator[str]:
        """What is told of it."""
        yield from (f"{told}: set aside" for told in self.aside)
        if self.aside:
            yield "land again what was lost, each event is kept once, then `newsfeed run`"
        yield from (f"{told}: written again" for told in self.records)
        yield from (f"{told}: taken away, the next landing makes it again" for told in self.indexes)
        if self.log is not None:
            yield from self.log.files.values()
            yield from _lost(self.log)
        if self.relanded is not None:
            yield from _back(self.relanded)
        yield from chain.from_iterable(self.tables.values())
        if not (self.aside or self.records or self.indexes or self.log or self.tables):
            yield "nothing to repair"


def _lost(log: "LogDamage") -> Iterator[str]:
    if log.lost is None:
        yield "lost: what was in them, of which the log's commits no longer say anything"
        return
    for kind, days in sorted(log.lost.items()):
        yield from (f"lost: {count:,} {kind} of {day}" for day, (count, _) in sorted(days.items()))
    yield f"made of such events: {', '.join(log.rests)}; the last release has what it was made of"


def _back(relanded: "Relanded") -> Iterator[str]:
    landed, known = relanded.landing.landed, relanded.landing.duplicates
    yield f"landed again: {show.counted(landed, 'event')}, beside {show.counted(known, 'duplicate')}"
    for kind, (lost, back) in relanded.missing.items():
        yield f"not just what was lost: {lost:,} {kind} were, {back:,} landed"
    if not relanded.missing:
        yield "all that was lost is back, as its certificate says"
