"""What there is in a lake, as text that Prometheus reads.

The format: https://prometheus.io/docs/instrumenting/exposition_formats/.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

Labels = tuple[tuple[str, str], ...]
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Metric(NamedTuple):
    """A gauge: its name, what it says, and its values by their labels."""

    name: str
    says: str
    values: Sequence[tuple[Labels, float]]


def measured(landing: Mapping[str, Any], release: Mapping[str, Any]) -> list[Metric]:
    """The gauges of what the last landing and the last run measured; without values where one left no record."""
    faults, steps = landing.get("faults", {}), release.get("seconds_by_step", {})
    return [
        _one("landing_seconds", "Seconds of the last landing.", landing.get("seconds")),
        _one("landing_lines", "Lines that it read.", landing.get("lines")),
        _one("landing_bytes", "Bytes of the log's files that it wrote.", landing.get("bytes")),
        Metric("landing_faults", "Lines that it put into quarantine, by fault.", _by("fault", faults)),
        _one("run_seconds", "Seconds of the run that published the last release.", release.get("seconds")),
        _one("run_bytes", "Bytes of the tables' files that it wrote.", release.get("bytes")),
        Metric("run_step_seconds", "Seconds of each of its steps.", _by("step", steps)),
    ]


def metrics_of(status: Mapping[str, Any], clock: datetime | None = None) -> list[Metric]:
    """The gauges of what `status_of` says of a lake at a time, now when None; what is not known has no value."""
    now, release = clock or datetime.now(UTC), status["release"] or {}
    newest, covered, released = status["newest_event"], release.get("newest_event"), release.get("released_at")
    behind, read_at = (_of_streams(status["streams"], fact) for fact in ("behind", "read_at"))
    return [
        Metric("events", "Events of the log by type.", _by("event_type", status["events_by_type"])),
        _one("landings", "Number of the last landing.", status["landings"]),
        _one("quarantined_lines", "Lines in quarantine.", status["quarantined"]),
        Metric(
            "stream_behind_records", "Records that a stream had, and the log had not, when it was last read.", behind
        ),
        Metric("stream_read_timestamp_seconds", "When a stream was last read up to its end.", read_at),
        _one("newest_event_timestamp_seconds", "When the newest event of the log happened.", _seconds(newest)),
        _one("release", "Number of the last release.", release.get("number")),
        _one("release_timestamp_seconds", "When the last release was published.", _seconds(released)),
        _one("release_events", "Events that the last release covers.", release.get("events")),
        _one("release_newest_event_timestamp_seconds", "When the newest event of it happened.", _seconds(covered)),
        _one("freshness_seconds", "Age of the newest event that the last release covers.", _age(covered, now)),
        _one("waiting_landings", "Landings that the last release does not cover.", release.get("behind")),
        _one("waiting_events", "Events that the last release does not cover.", release.get("waiting_events")),
        Metric("view_rows", "Rows of each view of the last release.", _by("view", release.get("rows", {}))),
        _one("log_is_whole", "Whether the log has all that the last release covers.", _is_whole(release)),
    ]


def exposition(metrics: Iterable[Metric]) -> str:
    """The metrics that have values as text, their names beginning with `newsfeed_`."""
    return "".join(f"{line}\n" for metric in metrics if metric.values for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    name = f"newsfeed_{metric.name}"
    yield f"# HELP {name} {metric.says}"
    yield f"# TYPE {name} gauge"
    for labels, value in metric.values:
        told = ",".join(f'{label}="{text.translate(ESCAPES)}"' for label, text in labels)
        yield f"{name}{'{' + told + '}' if told else ''} {value:.16g}"


def _one(name: str, says: str, value: float | None) -> Metric:
    return Metric(name, says, [] if value is None else [((), value)])


def _by(label: str, values: Mapping[str, float]) -> list[tuple[Labels, float]]:
    return [(((label, name),), value) for name, value in values.items()]


def _of_streams(streams: Mapping[str, Mapping[str, Any]], fact: str) -> list[tuple[Labels, float]]:
    known = {name: one[fact] for name, one in streams.items() if one.get(fact) is not None}
    return _by("stream", {name: one.timestamp() if isinstance(one, datetime) else one for name, one in known.items()})


def _seconds(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp()


def _age(time: datetime | None, now: datetime) -> float | None:
    return None if time is None else max(0.0, (now - time).total_seconds())


def _is_whole(release: Mapping[str, Any]) -> float | None:
    return float(release["gone"] is None) if release else None
