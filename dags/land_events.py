"""Every hour: land the files of the inbox that are whole, and move them to `done` in it, or what came to a stream.

A file that is still written waits for the next hour. What landed is told as the asset `newsfeed_log`, as long as events
wait for a release. Landing again, clearing and backfills change nothing: each event is kept once.

When it fails, nothing is lost, the files stay in the inbox and the next run takes them. A fault that may pass was tried
again; of one that does not the task's log has a line that says what and where: mend that, then clear the task.
"""

from airflow.sdk import DAG, CronDataIntervalTimetable

from pipelines.scheduling.commands import command
from pipelines.scheduling.common import common
from pipelines.scheduling.settings import SETTINGS
from pipelines.scheduling.tasks import announce

hourly = CronDataIntervalTimetable(SETTINGS.landing_schedule, timezone="UTC")

with DAG("land_events", schedule=hourly, **common(__doc__)):
    command("land", *SETTINGS.lands, "--format", SETTINGS.format) >> announce()
