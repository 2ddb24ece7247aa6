"""`newsfeed land`: what comes in."""

from dataclasses import asdict
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.characters import printable
from pipelines.cli import logs, options, show
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipelines.engines.base import Engine
    from pipelines.landing.inbox import Inbox
    from pipelines.landing.report import Landing
    from pipelines.storage.lake import Lake

MAX_SHOWN = 40
SOURCES = (
    "Files, the files directly in folders, globs (** for folders within), URLs; - is standard input. "
    "Lines as they are, or in gzip, zstd, bz2, xz or lz4, whatever the name. "
    "Of streams (kafka://HOST:PORT/TOPIC, kinesis://STREAM?region=REGION) what came since they landed last, up to now."
)
SETTLES = 60.0
"""Seconds."""
DONE = (
    "Take SOURCES as inboxes: land the files of these folders that are whole, then move them into this one. A file is "
    "left while it is empty, its name ends in .tmp, .part, .partial or ._COPYING_, or it is still written (--settled)."
)
LOSS = "Of a stream that lost records before they landed, land what is left."
SETTLED = "With --done: seconds for which nobody wrote in a file that is whole, 60 by default."


def land(
    sources: Annotated[list[str], typer.Argument(help=SOURCES)],
    root: options.Root = options.ROOT,
    engine: options.Engine = options.ENGINE,
    format_name: Annotated[
        str, typer.Option("--format", help="What the lines are: events, ldbc, or jetstream.")
    ] = "events",
    ingestion_time: Annotated[
        str | None, typer.Option(help="The time of the landing (RFC 3339) instead of now.")
    ] = None,
    done: Annotated[str | None, typer.Option(help=DONE)] = None,
    settled: Annotated[float | None, typer.Option(min=0, help=SETTLED)] = None,
    accept_loss: Annotated[bool, typer.Option("--accept-loss", help=LOSS)] = False,
    json: options.AsJson = False,
    verbose: options.Verbose = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Land events: append every valid line to the log, once; put the others into quarantine.

    Example: newsfeed land inbox/ --root data/lake
    """
    from pipelines.engines import open_engine
    from pipelines.storage.lake import Lake

    lake, clock = Lake.at(root), None if ingestion_time is None else options.time_of("--ingestion-time", ingestion_time)
    inbox = inbox_of(sources, done, settled)
    with open_engine(engine, verbose=verbose) as opened, show.progress("landing") as progress:
        asked = {"format_name": format_name, "clock": clock, "progress": progress, "accept_loss": accept_loss}
        landing, moved = land_once(lake, opened, sources, inbox, asked)
    if json:
        show.as_json(asdict(landing) | ({} if moved is None else {"moved": moved}))
    else:
        tell(landing)
        if moved is not None:
            print(f"moved        {show.counted(moved, 'file')} to {printable(str(done))}")
    warn(landing)


def land_once(
    lake: "Lake", engine: "Engine", sources: list[str], inbox: "Inbox | None", asked: dict[str, Any]
) -> tuple["Landing", int | None]:
    """Land as it is asked for, and keep what that measured: the landing, and how many files of an inbox moved then."""
    from pipelines.cli import datasets, lineage, measured
    from pipelines.landing.land import land as land_lines

    start = perf_counter()
    with lineage.told("land", datasets.sources(sources)) as wrote:
        land_now: Callable[[Sequence[str]], Landing] = partial(land_lines, lake, engine, **asked)
        landing, moved = (land_now(sources), None) if inbox is None else inbox.land(land_now)
        wrote.extend(datasets.landed(lake, landing))
    measured.of_landing(lake, landing, perf_counter() - start)
    return landing, moved


def inbox_of(sources: list[str], done: str | None, settled: float | None) -> "Inbox | None":
    """The inbox that the sources are, if files are to be moved once they landed. Raises UsageError."""
    from pipelines.landing.inbox import Inbox
    from pipelines.sources.streams import is_stream

    stream = next(filter(is_stream, sources), None)
    if done is not None and stream is not None:
        raise UsageError(f"SOURCES: expected folders beside --done, found the stream {stream}")
    if done:
        return Inbox.at(sources, done, SETTLES if settled is None else settled)
    if done is not None or settled is not None:
        raise UsageError("--done: expected a folder for the files that landed, as --settled also wants it")
    return None


def tell(landing: "Landing") -> None:
    """Print what a landing did."""
    counted = show.counted
    print(f"read         {counted(landing.lines, 'line')}")
    if landing.not_read:
        print(f"not read     {', '.join(counted(count, kind) for kind, count in landing.not_read.items())}")
    number = f" as landing {landing.number}" if landing.number else ""
    print(f"landed       {counted(landing.landed, 'event')}{number}")
    print(f"duplicate    {counted(landing.duplicates, 'event')}, already there")
    known = landing.quarantined - landing.newly_quarantined
    already = f", {known:,} of them already there" if known else ""
    print(f"quarantined  {counted(landing.quarantined, 'line')}{already}")
    _kinds(landing.faults, "faults")
    if landing.left_out:
        print(f"left out     {counted(sum(landing.left_out.values()), 'line')} without a meaning here")
        _kinds(landing.left_out, "lines")
    if landing.behind:
        print(f"behind       {counted(landing.behind, 'record')} that came since, or whose transactions are open")


def warn(landing: "Landing") -> None:
    """Say what was wrong with the index of what landed before, and what the log lost."""
    for text in (*landing.warnings, *landing.index, *filter(None, [landing.gone])):
        logs.warning(text)


def _kinds(counts: dict[str, int], what: str) -> None:
    """How many there are of each kind, the most frequent first."""
    for kind, count in list(counts.items())[:MAX_SHOWN]:
        print(f"  {count:>8,}  {printable(kind)}")
    if len(counts) > MAX_SHOWN:
        print(f"  … and {len(counts) - MAX_SHOWN} more kinds of {what}")
