"""`newsfeed repair`: go on after a power loss, or damage of files."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.characters import printable
from pipelines.cli import logs, options, show
from pipelines.cli.working import working

if TYPE_CHECKING:
    from pipelines.repair import beside
    from pipelines.repair.damage import LogDamage
    from pipelines.repair.relanding import Relanded
    from pipelines.storage.lake import Lake


def repair(
    root: options.Root = options.ROOT,
    engine: options.Engine = options.ENGINE,
    memory: options.Memory = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--from", help="Where what damaged files of the log or the quarantine had lands from again."),
    ] = None,
    format_name: Annotated[str, typer.Option("--format", help="What the lines of --from are.")] = "events",
    json: options.AsJson = False,
    verbose: options.Verbose = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Find what is damaged, and make it again from the log where it can be.

    What a power loss left half written in a Delta log is set aside, so that all else can be read. Relations and views
    of the last release of which files are not what was written are made again, in a release with the same rows; so are
    records of releases and erasures; damaged runs of an index go, and the next landing makes them again. Of damaged
    files of the log, of the quarantine and of the names behind ids it is told what was in them: nothing else is
    touched, and the exit code is 1. With --from that lands again, in their stead, and it is told whether just what was
    lost is back.

    Example: newsfeed repair --root data/lake
    """
    from pipelines.releases.release import last_release, require_lake
    from pipelines.repair import beside, damage, erasures
    from pipelines.repair.deltalogs import set_aside
    from pipelines.repair.indexes import take_damaged_away
    from pipelines.repair.records import write_damaged_again
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    require_lake(lake)
    aside = set_aside(lake)
    records = [*erasures.write_damaged_again(lake), *write_damaged_again(lake)]
    indexes, last = take_damaged_away(lake), last_release(lake)
    log, others = damage.of_log(lake), beside.of(lake)
    relanded = _relanded(lake, log, others, source, format_name, engine, verbose=verbose)
    tables = {} if last is None else damage.of_tables(lake, last)
    found = _Found(aside, records, indexes, log, others, relanded, tables)
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
    lake: "Lake",
    log: "LogDamage | None",
    others: "Mapping[str, beside.Damage]",
    sources: list[str] | None,
    format_name: str,
    engine: str,
    *,
    verbose: bool,
) -> "Relanded | None":
    """Land what was in damaged files again, on the engine of that name; None where there is nothing, or no source."""
    if not sources or not (log or others):
        return None
    from pipelines.engines import open_engine
    from pipelines.repair.relanding import land_again

    with open_engine(engine, verbose=verbose) as opened:
        return land_again(lake, opened, log, others, sources, format_name)


def _mended(lake: "Lake", damaged: frozenset[str], engine: str, memory: str | None, *, verbose: bool) -> int:
    """Make tables again on the engine of that name; the number of the release that has them."""
    from pipelines.runs.run import run

    with working(engine, memory, verbose=verbose) as at:
        return run(lake, at.engine, damaged=damaged, memory=at.memory, progress=at.progress).release.number


@dataclass(frozen=True)
class _Found:
    """What is damaged: of Delta logs, records of releases, indexes, the log, beside it; what landed again; tables."""

    aside: list[str]
    records: list[str]
    indexes: list[str]
    log: "LogDamage | None"
    others: "Mapping[str, beside.Damage]"
    relanded: "Relanded | None"
    tables: Mapping[str, list[str]]

    @property
    def is_mended(self) -> bool:
        """Whether nothing is lost any more that only its source tells again."""
        return not (self.log or self.others) or (self.relanded is not None and self.relanded.is_whole)

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
            "beside": {name: _facts(one) for name, one in self.others.items()},
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
        for name, one in self.others.items():
            yield from (*one.files.values(), *one.long_lines.values(), *_lost_beside(name, one))
        if self.relanded is not None:
            yield from _back(self.relanded)
        yield from chain.from_iterable(self.tables.values())
        if not (self.aside or self.records or self.indexes or self.log or self.others or self.tables):
            yield "nothing to repair"


def _lost(log: "LogDamage") -> Iterator[str]:
    if log.lost is None:
        yield "lost: what was in them, of which the log's commits no longer say anything"
        return
    for kind, days in sorted(log.lost.items()):
        for day, (count, _) in sorted(days.items()):
            yield f"lost: {count:,} {kind}{' of ' if day else ''}{day}"
    yield f"made of such events: {', '.join(log.rests)}; the last release has what it was made of"


def _lost_beside(name: str, damage: "beside.Damage") -> Iterator[str]:
    from pipelines.landing.lost import KINDS

    if damage.rows:
        of = f", of {' to '.join(map(printable, damage.sources))}" if damage.sources else ""
        yield f"lost: {show.counted(damage.rows, KINDS[name].one, KINDS[name].several)}{of}"
    if damage.long_lines:
        yield f"lost: {show.counted(len(damage.long_lines), 'long line')} in quarantine"


def _facts(damage: "beside.Damage") -> dict[str, Any]:
    files = [*damage.files.values(), *damage.long_lines.values()]
    return {"files": files, "rows": damage.rows, "sources": damage.sources}


def _back(relanded: "Relanded") -> Iterator[str]:
    landed, known = relanded.landing.landed, relanded.landing.duplicates
    yield f"landed again: {show.counted(landed, 'event')}, beside {show.counted(known, 'duplicate')}"
    for kind, (lost, back) in relanded.missing.items():
        yield f"not just what was lost: {lost:,} {kind} were, {back:,} landed"
    for name in (name for name, is_back in relanded.others.items() if not is_back):
        yield f"not just what was lost of {name} came again: its lines are known by their source's place then, too"
    if relanded.is_whole:
        yield "all that was lost is back, as its certificate says"
