"""A process with an Airflow of its own: it loads the DAG, with `run` also runs it, and writes down what it found."""

import json
import sys
from pathlib import Path

from airflow.dag_processing.dagbag import DagBag
from airflow.utils.db import initdb

FOLDER = Path(__file__).parents[2] / "dags"


def loaded():
    """What the DAG folder holds, as plain values."""
    bag = DagBag(str(FOLDER))
    dag = bag.dags["newsfeed"]
    return dag, {
        "import_errors": list(bag.import_errors.values()),
        "dags": list(bag.dags),
        "edges": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
        "operators": {task.task_id: task.task_type for task in dag.tasks},
        "schedule": dag.timetable.expression,
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "doc": dag.doc_md,
    }


def main(run):
    dag, facts = loaded()
    if run:
        initdb()
        tested = dag.test()
        facts["run"] = str(tested.state)
        facts["tasks"] = {instance.task_id: str(instance.state) for instance in tested.get_task_instances()}
    Path(sys.argv[1]).write_text(json.dumps(facts), "utf-8")


if __name__ == "__main__":
    main("run" in sys.argv)
