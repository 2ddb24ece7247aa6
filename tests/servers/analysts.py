"""A DAG as analysts have it: scheduled on the asset `newsfeed`, of which it is told which release has how many rows."""

import time
from datetime import timedelta

from airflow.sdk import DAG, DeadlineAlert, DeadlineReference, SyncCallback, task  # type: ignore[attr-defined]

from pipelines.scheduling.alerts import tell_late
from pipelines.scheduling.assets import VIEW_ASSETS

LATE = DeadlineAlert(
    reference=DeadlineReference.DAGRUN_QUEUED_AT,
    interval=timedelta(seconds=1),
    callback=SyncCallback(tell_late, {"what": "Look whether the lake grew."}),
)

with DAG("analysts", schedule=[VIEW_ASSETS["newsfeed"]], catchup=False, deadline=LATE):

    @task
    def count(*, triggering_asset_events=None):
        ((event, *_),) = triggering_asset_events.values()
        time.sleep(5)
        return {name: event.extra[name] for name in ("release", "rows")}

    count()
