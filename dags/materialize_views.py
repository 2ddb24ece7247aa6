"""Whenever events landed: publish a release of all views, then tell of each view as an asset of its name.

In the group `views` each view's log and XCom say how the run made it, in how many seconds, its rows and its hash; other
DAGs are scheduled on the asset `newsfeed`, say. Running again, clearing and two triggers at once publish nothing twice.

When it fails, the last release serves on. The view that failed its checks is red in the group, and the log of `run`
says which rows; a run that another one came before is tried again. Mend what the log says, then clear `run`; a view
that was damaged comes anew from the log by `backfill_views`.
"""

from airflow.sdk import DAG

from pipelines.scheduling.assets import LOG
from pipelines.scheduling.commands import command
from pipelines.scheduling.common import common
from pipelines.scheduling.settings import SETTINGS
from pipelines.scheduling.tasks import tell_views

with DAG("materialize_views", schedule=[LOG], **common(__doc__)):
    tell_views(command("run", "--allow-empty", pool=SETTINGS.pool))
