"""Every night: whether what is served is what was released.

`log` compares the log with the landings that the last release was made of; each view's task reads all its bytes,
compares their checksums, and counts its rows. It does not make the views again to compare them: `backfill_views` does
that.

When it fails, its task's log names the file, or the landings that are gone. A view comes anew from the log by
`backfill_views`, a file of the log from a copy; landings that are gone land again from their sources.
"""

from airflow.sdk import DAG

from pipelines.scheduling.common import common
from pipelines.scheduling.settings import SETTINGS
from pipelines.scheduling.tasks import verify_views

with DAG("verify_views", schedule=SETTINGS.verification_schedule, **common(__doc__)):
    verify_views()
