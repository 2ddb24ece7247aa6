"""`newsfeed produce`: traffic for a stream."""

import sys
from math import isinf
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import logs, options, show
from pipelines.cli.signals import told_to_end
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.producing.produce import Produced
    from pipelines.producing.traffic import Shares

TARGET = "kafka://HOST:PORT[,HOST:PORT…]/TOPIC, kinesis://STREAM?region=REGION, or - for standard output."
NETWORK = "How many users there are: XS 5,000, S 100,000, M 300,000, L 1,000,000."
START = "When the first event happens, the next following by the rate, instead of now: the same seed, the same lines."
FAULTY = "Share of events with a faulty record beside: cut off, empty, of no type …"
USUAL_RATE = 2000.0


def produce(
    target: Annotated[str, typer.Argument(help=TARGET)],
    network: Annotated[str, typer.Option(help=NETWORK)] = "S",
    rate: Annotated[float, typer.Option(min=0, help="Events a second; 0: as fast as it goes.")] = USUAL_RATE,
    events: Annotated[int | None, typer.Option(min=0, help="End after so many events.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0, help="End after so many seconds.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=(1 << 23) - 1, help="Another one makes other events.")] = 7,
    start: Annotated[str | None, typer.Option(help=START)] = None,
    duplicates: Annotated[str, typer.Option(help="Share of events that are sent twice.")] = "1%",
    late: Annotated[str, typer.Option(help="Share of events dated back, by up to a day.")] = "1%",
    unordered: Annotated[str, typer.Option(help="Share of events sent behind others that happened later.")] = "1%",
    poison: Annotated[str, typer.Option(help=FAULTY)] = "0.1%",
    tombstones: Annotated[str, typer.Option(help="Share of events with a tombstone of Kafka beside.")] = "0%",
    create: Annotated[
        int | None, typer.Option(min=1, help="Make the topic or stream, with so many partitions or shards.")
    ] = None,
    json: options.AsJson = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Produce traffic of a network that lives, with what goes wrong on the way, until it was enough or Ctrl-C says so.

    Example: newsfeed produce kafka://127.0.0.1:9830/events --create 4 --rate 2000 --seconds 60
    """
    from pipelines.producing.network import USERS
    from pipelines.producing.produce import Limits
    from pipelines.producing.produce import produce as send
    from pipelines.producing.target import OUTPUT, open_target
    from pipelines.producing.traffic import Shares, Traffic

    if network not in USERS:
        raise UsageError(f"--network: expected one of {', '.join(USERS)}, found {network!r}")
    if isinf(rate):
        raise UsageError("--rate: expected a number of events a second, 0: as fast as it goes, found inf")
    given = {"duplicates": duplicates, "late": late, "unordered": unordered, "poison": poison, "tombstones": tombstones}
    if json and target == OUTPUT:
        raise UsageError("--json: standard output has the lines; --log-format json tells the facts beside")
    shares = Shares(**{name: options.share_of(f"--{name}", text) for name, text in given.items()})
    clock = _clock(start, rate or USUAL_RATE)
    with told_to_end() as is_over:
        opened = open_target(target, create)
        _require_fitting(shares, target, opened.takes_tombstones)
        traffic = Traffic(USERS[network], seed, shares, clock)
        done = send(traffic, opened, Limits(rate, events, seconds, is_over), _tell_progress)
    _tell(done, to_stderr=target == OUTPUT, json=json)


def _clock(start: str | None, rate: float) -> "Callable[[int], int]":
    """When an act happens, by its number. Raises UsageError."""
    from pipelines.clock import micros

    if start is None:
        return lambda _number: micros(None)
    begin = micros(options.time_of("--start", start))
    return lambda number: begin + round(number * 1e6 / rate)


def _require_fitting(shares: "Shares", target: str, takes_tombstones: bool) -> None:
    """Raises UsageError."""
    if shares.late + shares.unordered > 1:
        raise UsageError("--late, --unordered: expected at most 100% together, as an event is one or the other")
    if shares.tombstones and not takes_tombstones:
        raise UsageError(f"--tombstones: expected 0%, as {target} has none")


def _tell_progress(done: "Produced") -> None:
    """Say how far it is, to a person on standard error."""
    logs.fact("producing", **_facts(done))
    if not logs.are_json():
        print(f"  {show.counted(done.records, 'record')} in {done.seconds:,.0f} s", file=sys.stderr, flush=True)


def _facts(done: "Produced") -> dict[str, object]:
    """What was produced."""
    return {
        "events": done.acts,
        "records": done.records,
        "kinds": dict(sorted(done.kinds.items())),
        "seconds": round(done.seconds, 3),
    }


def _tell(done: "Produced", *, to_stderr: bool, json: bool) -> None:
    """Print what was produced, where standard output has lines on standard error."""
    from pipelines.producing.lines import FAULTS

    logs.fact("produced", **_facts(done))
    if to_stderr and logs.are_json():
        return
    if json:
        show.as_json(_facts(done))
        return
    counted, kinds = show.counted, done.kinds
    faults = {fault: kinds[fault] for fault in FAULTS if kinds[fault]}
    lines = [
        f"produced     {counted(done.acts, 'event')} as {counted(done.records, 'record')} in {done.seconds:,.1f} s",
        f"duplicate    {counted(kinds['duplicate'], 'record')}, sent again",
        f"late         {counted(kinds['late'], 'event')}, dated back by up to a day",
        f"unordered    {counted(kinds['unordered'], 'event')}, sent behind later ones",
        f"poison       {counted(sum(faults.values()), 'record')}",
        *(f"  {count:>8,}  {fault}" for fault, count in faults.items()),
        *([f"tombstones   {counted(kinds['tombstone'], 'record')}"] if kinds["tombstone"] else []),
    ]
    print(*lines, sep="\n", file=sys.stderr if to_stderr else sys.stdout)
