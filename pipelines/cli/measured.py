"""What commands leave in the lake of what they measured; where that cannot be written, the command succeeds."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.cli import logs, show
from pipelines.storage import measures
from pipelines.storage.places import PlaceError

if TYPE_CHECKING:
    from pipelines.landing.report import Landing
    from pipelines.runs.run import Run
    from pipelines.storage.lake import Lake


def of_landing(lake: "Lake", landing: "Landing", seconds: float) -> None:
    """Log what a landing measured, and keep it if it brought events, and how far streams are behind in any case."""
    counts = ("lines", "landed", "duplicates", "quarantined", "newly_quarantined", "bytes")
    facts = {name: getattr(landing, name) for name in counts}
    facts |= {"faults": landing.faults, "behind": landing.behind, "seconds": round(seconds, 3)}
    logs.fact("landed", landing=landing.number, **facts)
    if landing.number is not None:
        _keep(lake, "landing", landing.number, facts)
    for stream, behind in landing.streams.items():
        seen = {"behind": behind, "read_at": show.written(datetime.now(UTC))}
        _keep(lake, measures.STREAM, measures.of_stream(stream), seen, stream)


def of_run(lake: "Lake", done: "Run", seconds: float) -> None:
    """Log what a run measured, and keep it if it published."""
    if not done.published:
        logs.fact(done.reason, release=done.release.number, landing=done.release.landing, seconds=round(seconds, 3))
        return
    made, newest = done.release, done.newest_event
    age = None if newest is None else round(max(0.0, (made.released_at - newest).total_seconds()), 3)
    facts = {
        "released_at": show.written(made.released_at),
        "newest_event": None if newest is None else show.written(newest),
        "freshness_seconds": age,
        "landing": made.landing,
        "events": made.events,
        "rows": {name: table.rows for name, table in made.tables.items()},
        "modes": {name: str(mode) for name, mode in done.modes.items()},
        "bytes": done.bytes,
        "seconds": round(seconds, 3),
        "seconds_by_step": done.seconds,
    }
    logs.fact("published", release=made.number, **facts)
    _keep(lake, "release", made.number, facts)


def _keep(lake: "Lake", kind: str, number: int | str, facts: dict[str, Any], name: str | None = None) -> None:
    try:
        measures.keep(lake, kind, number, {kind: name or number, **facts})
    except PlaceError as fault:
        logs.warning(f"what the {kind} measured is not kept: {fault}")
