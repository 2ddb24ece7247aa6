"""Every hour: land what is in the inbox, then publish the next release. Repeating either changes nothing.

`NEWSFEED_INBOX` and `NEWSFEED_ROOT` say where the lines and the lake are. With `NEWSFEED_ENGINE=spark` both go, by
`spark-submit`, to the Spark of the connection `spark_default`, which has the Delta jars; otherwise they run here.
Paths are taken as they are written: nothing in them is a template. An hour in which nothing landed is a success.
"""

import os
import shlex
from datetime import UTC, datetime
from pathlib import Path

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, CronDataIntervalTimetable, literal

INBOX = os.environ.get("NEWSFEED_INBOX", "/var/lib/newsfeed/inbox")
ROOT = os.environ.get("NEWSFEED_ROOT", "/var/lib/newsfeed/lake")
SUBMIT = os.environ.get("NEWSFEED_ENGINE", "sail") != "sail"


def step(name: str, *arguments: str) -> BashOperator | SparkSubmitOperator:
    """A command of `newsfeed` as a task."""
    if SUBMIT:
        job = literal(str(Path(__file__).parents[1] / "jobs" / f"{name}.py"))
        return SparkSubmitOperator(task_id=name, application=job, application_args=literal(list(arguments)))
    return BashOperator(task_id=name, bash_command=literal(shlex.join(["newsfeed", name, *arguments])))


hourly = CronDataIntervalTimetable("0 * * * *", timezone="UTC")
since = datetime(2026, 1, 1, tzinfo=UTC)
with DAG("newsfeed", schedule=hourly, start_date=since, catchup=False, max_active_runs=1, doc_md=__doc__):
    step("land", INBOX, "--root", ROOT) >> step("run", "--allow-empty", "--root", ROOT)
