"""On demand: make a view, or all of them, anew of all history, or with another policy. Without `dry_run`, for real.

`plan` comes first, and its log says what would be done, and about what it costs; with `dry_run` that is all. What comes
out as it was is not published again.

When it fails, the last release serves on: mend what the task's log says, then clear the task. One view is made with the
policy that all have, so a policy goes with all views.
"""

from airflow.sdk import DAG

from pipelines.scheduling.backfilling import asked, only_for_real, parameters
from pipelines.scheduling.commands import command
from pipelines.scheduling.common import common
from pipelines.scheduling.settings import SETTINGS
from pipelines.scheduling.tasks import tell_views

with DAG("backfill_views", schedule=None, params=parameters(), **common(__doc__)):
    run = command("run", asked=asked, pool=SETTINGS.pool)
    command("run", "--plan", task_id="plan", asked=asked) >> only_for_real() >> run
    tell_views(run)
