"""Every night: whether what is served is what was released, and what the events say.

`log` compares all bytes of the log with their checksums, and its events with the certificates of the landings; each
view's task all its bytes, its number of rows and their hash. `rebuild` makes all relations and views of the log once
more, in a place of their own, and compares every row: it takes about what a run takes that rebuilds all.

When it fails, its task's log names the file, the landings that are gone, or the rows that differ by table and key. A
view comes anew from the log by `backfill_views`, a file of the log from a copy; landings that are gone land again from
their sources.
"""

from airflow.sdk import DAG

from pipelines.scheduling.common import common
from pipelines.scheduling.settings import SETTINGS
from pipelines.scheduling.tasks import verify_views

with DAG("verify_views", schedule=SETTINGS.verification_schedule, **common(__doc__)):
    verify_views()
