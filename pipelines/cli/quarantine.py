"""`newsfeed quarantine`: what did not fit, and why; try it again."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain, islice
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.characters import printable
from pipelines.cli import options, show
from pipelines.cli.land import tell, warn
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from pipelines.storage.lake import Lake

SHOWN = 20
BYTES = 120
"""How many lines are shown, and how many bytes of each."""


def quarantine(
    root: options.Root = options.ROOT,
    engine: options.Engine = options.ENGINE,
    readmit: Annotated[bool, typer.Option("--readmit", help="Try the lines again with today's contract.")] = False,
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=options.MOST, help=f"How many lines to show: {SHOWN} by default, with --json all."),
    ] = None,
    json: options.AsJson = False,
    verbose: options.Verbose = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Show the lines that did not fit and why, those of the newest landing first, or try them again.

    The lines of one landing come by source and offset. With --json a line of more than 16 MiB has no raw, but raw_file.

    Example: newsfeed quarantine --readmit
    """
    from pipelines.reading.inspection import quarantined
    from pipelines.releases.release import require_lake
    from pipelines.storage.lake import Lake

    if readmit and limit is not None:
        raise UsageError("--limit: expected no --readmit beside it, which tries all lines")
    lake = Lake.at(root)
    require_lake(lake)
    if readmit:
        _try_again(lake, engine, as_json=json, verbose=verbose)
    elif json:
        show.as_json_list(islice(_rows(lake), limit))
    else:
        _show(lake, quarantined(lake), limit or SHOWN)


def _try_again(lake: "Lake", engine: str, *, as_json: bool, verbose: bool) -> None:
    from pipelines.cli import datasets, lineage, measured
    from pipelines.engines import open_engine
    from pipelines.landing.readmission import UnreadableLines, readmit
    from pipelines.landing.report import as_one

    start, unreadable = perf_counter(), None
    with lineage.told("readmit", datasets.quarantine_of(lake)) as wrote, open_engine(engine, verbose=verbose) as opened:
        try:
            landings = readmit(lake, opened)
        except UnreadableLines as fault:
            landings, unreadable = fault.landings, fault
        landing = as_one(landings)
        wrote.extend(datasets.landed(lake, landing))
    measured.of_landing(lake, landing, perf_counter() - start)
    show.as_json(asdict(landing)) if as_json else tell(landing)
    warn(landing)
    if unreadable is not None:
        raise unreadable


def _rows(lake: "Lake") -> Iterator[dict[str, Any]]:
    """The lines in quarantine; one that is not in the table has the place of its file."""
    from pipelines.landing.erasing import is_erased
    from pipelines.landing.quarantine import rows_of
    from pipelines.landing.raw_lines import RawLines

    kept = RawLines(lake.quarantine_raw, lake.quarantine_raw)
    for batch in rows_of(lake):
        for row in batch.to_pylist():
            is_in_file = row["raw"] is None and not is_erased(row["faults"])
            yield row | {"raw_file": kept.place(row["raw_sha256"])} if is_in_file else row


def _show(lake: "Lake", count: int, limit: int) -> None:
    rows = islice(_rows(lake), limit)
    first = list(islice(rows, 1))  # a table that cannot be read is told before anything is shown
    print(f"{show.counted(count, 'line')} in quarantine")
    for row in chain(first, rows):
        _tell(row)
    if count > limit:
        print(f"\n… and {count - limit:,} more: --limit shows them, --json all")


def _tell(row: dict[str, Any]) -> None:
    """A line in quarantine, and why it is there; of one that cannot be read any more, that it cannot."""
    from pipelines.storage import places

    print(f"\n{printable(row['source'])}, line {row['line_number']} (byte {row['byte_offset']})")
    for fault in row["faults"]:
        print(f"  {printable(fault)}")
    file = row.get("raw_file")
    if file is None:
        if row["raw"] is not None:
            print(f"  {_beginning(row['raw'])}")
        return
    try:
        print(f"  {_beginning(places.beginning(file, BYTES))}")
        print(f"  {show.counted(places.size(file), 'byte')}: {file}")
    except places.PlaceError as fault:
        print(f"  {printable(str(fault))}")


def _beginning(raw: bytes) -> str:
    return ascii(raw[:BYTES].decode("utf-8", "replace"))[1:-1]
