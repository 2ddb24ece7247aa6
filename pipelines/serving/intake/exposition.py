"""What an intake did and what waits there, as text that Prometheus reads."""

from pipelines.serving.intake.intake import Counts

TOLD = (
    ("newsfeed_intake_events_total", "counter", "Events that were taken since the server began.", "taken"),
    ("newsfeed_intake_writes_total", "counter", "Writes by which they became durable.", "writes"),
    ("newsfeed_intake_failures_total", "counter", "Writes that failed, of which nothing was taken.", "failures"),
    ("newsfeed_intake_waiting_events", "gauge", "Events that wait for a landing.", "events"),
    ("newsfeed_intake_waiting_bytes", "gauge", "Bytes that wait for a landing.", "bytes"),
    ("newsfeed_intake_waiting_segments", "gauge", "Segments that wait for a landing.", "segments"),
)


def exposition(counts: Counts) -> str:
    """The counts as text."""
    return "".join(
        f"# HELP {name} {words}\n# TYPE {name} {kind}\n{name} {getattr(counts, field)}\n"
        for name, kind, words, field in TOLD
    )
