"""A process with an Airflow of its own: `run` runs the DAG, `fill` and `empty` the inbox; it writes what it found."""

import json
import os
import shutil
import sys
from pathlib import Path

from airflow.dag_processing.dagbag import DagBag
from airflow.utils.db import initdb


def told_of(bag, dag):
    """What the DAG folder holds, as plain values."""
    return {
        "import_errors": list(bag.import_errors.values()),
        "dags": list(bag.dags),
        "edges": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
        "operators": {task.task_id: task.task_type for task in dag.tasks},
        "schedule": dag.timetable.expression,
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "doc": dag.doc_md,
    }


def tasks_of_a_run(dag):
    return {instance.task_id: str(instance.state) for instance in dag.test().get_task_instances()}


def empty():
    for file in Path(os.environ["NEWSFEED_INBOX"]).iterdir():
        file.unlink()


def fill():
    shutil.copy(os.environ["NEWSFEED_LINES"], os.environ["NEWSFEED_INBOX"])


def main(told, *orders):
    initdb()
    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    dag = bag.dags["newsfeed"]
    found = told_of(bag, dag) | {"runs": []}
    for order in orders:
        if order == "run":
            found["runs"].append(tasks_of_a_run(dag))
        else:
            {"fill": fill, "empty": empty}[order]()
    Path(told).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
