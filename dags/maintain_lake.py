"""Every day: small files become larger ones, old releases expire, and what nothing needs any more goes.

It changes no row of any release that is kept, and may run while others land and publish.

When it fails, the lake serves on and only grows: mend what the task's log says, then clear the task, or wait for the
next day.
"""

from airflow.sdk import DAG

from pipelines.scheduling.commands import command
from pipelines.scheduling.common import common
from pipelines.scheduling.settings import SETTINGS

with DAG("maintain_lake", schedule=SETTINGS.maintenance_schedule, **common(__doc__)):
    command("maintain", "--execute", "--keep-days", SETTINGS.keep_days, pool=SETTINGS.pool)
