"""What all DAGs have: tries, time-outs, one run at a time, a deadline, and who is told of failures."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DeadlineAlert, DeadlineReference, SyncCallback  # type: ignore[attr-defined]

from pipelines.scheduling.alerts import tell_failure, tell_late, what_to_do
from pipelines.scheduling.settings import SETTINGS

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def common(doc: str | None) -> dict[str, Any]:
    """What all DAGs have, for one with this doc, of which the last paragraph says what to do."""
    return {
        "doc_md": doc,
        "start_date": SINCE,
        "catchup": False,
        "max_active_runs": 1,
        "tags": ["newsfeed"],
        "deadline": DeadlineAlert(
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=timedelta(minutes=float(SETTINGS.deadline_minutes)),
            callback=SyncCallback(tell_late, {"what": what_to_do(doc)}),
        ),
        "default_args": {
            "retries": int(SETTINGS.retries),
            "retry_delay": timedelta(seconds=float(SETTINGS.retry_seconds)),
            "retry_exponential_backoff": 2.0,
            "max_retry_delay": timedelta(hours=1),
            "execution_timeout": timedelta(minutes=float(SETTINGS.timeout_minutes)),
            "on_failure_callback": tell_failure,
        },
    }
