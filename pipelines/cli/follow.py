"""`newsfeed follow`: what comes lands, and is released, until it is told to end."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli import logs, options, show
from pipelines.cli.land import DONE, LOSS, SETTLED, inbox_of, land_once, warn
from pipelines.cli.run import publish
from pipelines.cli.signals import Ended
from pipelines.cli.working import working
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from pipelines.landing.report import Landing
    from pipelines.runs.run import Run

SOURCES = "Streams such as kafka://HOST:PORT/TOPIC, or folders beside --done."


def follow(
    sources: Annotated[list[str], typer.Argument(help=SOURCES)],
    root: options.Root = options.ROOT,
    engine: options.Engine = options.ENGINE,
    every: Annotated[str, typer.Option(help="Land every 500ms, 10s, 5m or 1h.")] = "10s",
    run_every: Annotated[str | None, typer.Option(help="Publish a release every so often, too.")] = None,
    format_name: Annotated[
        str, typer.Option("--format", help="What the lines are: events, ldbc, or jetstream.")
    ] = "events",
    done: Annotated[str | None, typer.Option(help=DONE)] = None,
    settled: Annotated[float | None, typer.Option(min=0, help=SETTLED)] = None,
    accept_loss: Annotated[bool, typer.Option("--accept-loss", help=LOSS)] = False,
    memory: options.Memory = None,
    json: options.AsJson = False,
    verbose: options.Verbose = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Land what comes, again and again, and publish releases of it, until TERM or an interrupt ends it.

    A fault that may pass is told, and it goes on; killed at any moment and started again, it goes on where it was.

    Example: newsfeed follow kafka://127.0.0.1:9092/events --every 10s --run-every 60s
    """
    told = _Told(as_json=json)
    try:
        from pipelines.following import Pace
        from pipelines.following import follow as follow_on
        from pipelines.storage.lake import Lake

        lake, inbox = Lake.at(root), inbox_of(sources, done, settled)
        _require_streams(sources, done)
        runs = None if run_every is None else options.seconds_of("--run-every", run_every)
        pace = Pace(options.seconds_of("--every", every), runs)
        asked = {"format_name": format_name, "accept_loss": accept_loss}
        with working(engine, memory, verbose=verbose) as work:
            follow_on(
                pace,
                lambda: land_once(lake, work.engine, sources, inbox, asked)[0],
                lambda: publish(lake, work, {}),
                told,
            )
    except (Ended, KeyboardInterrupt):
        told.end()


def _require_streams(sources: list[str], done: str | None) -> None:
    """Raise UsageError for a source that would land again and again."""
    from pipelines.sources.streams import is_stream

    other = next((name for name in sources if not is_stream(name)), None)
    if other is not None and done is None:
        raise UsageError(
            f"SOURCES: expected streams, or folders with --done, found {other}, all of which lands each time"
        )


@dataclass
class _Told:
    """Tells of each step that brought something: a line, or an object of JSON a line."""

    as_json: bool
    landings: int = 0
    releases: int = 0
    fault: str | None = None
    behind: int = 0

    def landed(self, landing: "Landing", seconds: float) -> None:
        """Tell of a landing that read something, or behind which there is another number of records than before."""
        self.fault = None
        warn(landing)
        before, self.behind = self.behind, self.behind if landing.behind is None else landing.behind
        if landing.lines == 0 and not landing.left_out and before == self.behind:
            return
        self.landings += landing.number is not None
        if self.as_json:
            self._tell({"landed": asdict(landing), "seconds": round(seconds, 3)})
            return
        counted = show.counted
        number = f" as landing {landing.number}" if landing.number else ""
        beside = [f"{landing.duplicates:,} duplicate", f"{landing.quarantined:,} quarantined"]
        behind = [] if landing.behind is None else [f"{counted(landing.behind, 'record')} behind"]
        self._say(f"landed {counted(landing.landed, 'event')}{number} in {seconds:.1f} s: {', '.join(beside + behind)}")

    def ran(self, run: "Run", seconds: float) -> None:
        """Tell of a run that published."""
        if not run.published:
            return
        self.releases += 1
        made, newest = run.release, run.newest_event
        fresh = None if newest is None else max(0.0, (datetime.now(UTC) - newest).total_seconds())
        if self.as_json:
            facts = {
                "release": made.number,
                "landing": made.landing,
                "events": made.events,
                "released_at": made.released_at,
            }
            self._tell({"released": facts | {"freshness_seconds": fresh}, "seconds": round(seconds, 3)})
            return
        age = "" if fresh is None else f", the newest {fresh:.1f} s old"
        self._say(f"release {made.number} of {show.counted(made.events, 'event')} in {seconds:.1f} s{age}")

    def failed(self, line: str) -> None:
        """Tell of what failed and will be tried again, once while it stays the same."""
        if line != self.fault:
            logs.warning(f"{line}; it is tried again")
        self.fault = line

    def end(self) -> None:
        """Tell what was done in all."""
        facts = {"landings": self.landings, "releases": self.releases}
        if self.as_json:
            self._tell({"ended": facts})
        else:
            counted = show.counted
            self._say(f"ended after {counted(self.landings, 'landing')} and {counted(self.releases, 'release')}")

    def _say(self, line: str) -> None:
        print(f"{datetime.now(UTC):%H:%M:%SZ} {line}", flush=True)

    def _tell(self, facts: dict[str, Any]) -> None:
        show.as_json_line({"time": datetime.now(UTC), **facts})
