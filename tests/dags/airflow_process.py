"""A process with an Airflow of its own: it reads the DAGs, does what its orders say, and writes what it found.

`DAG` runs a DAG, `DAG {"param": …}` with these parameters; `fill` copies the next lines into the inbox, `damage TABLE`
cuts the files of a table off, `mend` puts back what was cut off, `blame STEP` asks what becomes of views when a run
failed there. `read NAME {"SETTING": …}` reads the DAGs anew, with other settings for all that follows.
"""

import json
import os
import shutil
import sys
from copy import deepcopy
from pathlib import Path

CUT = dict[Path, bytes]()
HEAVY = ("numba", "numpy", "pandas", "pyarrow", "deltalake", "pyspark", "pysail")


def told_of(bag):
    """What the DAG folder holds, as plain values, by DAG."""
    return {name: told_of_one(dag) for name, dag in bag.dags.items()}


def told_of_one(dag):
    return {
        "edges": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
        "tasks": {task.task_id: told_of_task(task) for task in dag.tasks},
        "schedule": schedule_of(dag.timetable),
        "timetable": type(dag.timetable).__name__,
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "deadlines": [alert.interval.total_seconds() for alert in dag.deadline],
        "params": dag.params.dump(),
        "doc": dag.doc_md,
    }


def schedule_of(timetable):
    """The cron expression, the assets' names, or None."""
    assets = getattr(timetable, "asset_condition", None)
    if assets is not None:
        return [asset.name for asset in assets.objects]
    return getattr(timetable, "expression", None)


def told_of_task(task):
    callbacks = task.on_failure_callback or []
    return {
        "operator": task.task_type,
        "pool": task.pool,
        "retries": task.retries,
        "retry_delay": task.retry_delay.total_seconds(),
        "backoff": task.retry_exponential_backoff,
        "timeout": task.execution_timeout.total_seconds(),
        "outlets": [asset.name for asset in task.outlets],
        "told": [one.__name__ for one in (callbacks if isinstance(callbacks, list) else [callbacks])],
    }


def ran(dag, params):
    """The run's state, the tasks' states and tries, and what was told of assets."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    dag.deadline = None  # `dag.test` looks for a deadline where only the DAG processor puts it, and fails
    form = deepcopy(dag.params)
    run = dag.test(run_conf=params)
    dag.params = form  # it has what was asked for, which is of this run alone
    with create_session() as session:
        events = session.query(AssetEvent).filter(AssetEvent.source_run_id == run.run_id).all()
        told = {event.asset.name: event.extra for event in events}
    tasks = run.get_task_instances()
    states = {one.task_id: str(one.state) for one in tasks}
    return {"state": str(run.state), "tasks": states, "tries": {one.task_id: one.try_number for one in tasks}} | {
        "assets": told
    }


def fill():
    """Put the next file of lines into the inbox."""
    landed = {file.name for file in Path(os.environ["NEWSFEED_INBOX"], "done").glob("*")}
    lines = Path(os.environ["NEWSFEED_LINES"]).iterdir()
    shutil.copy(min(file for file in lines if file.name not in landed), os.environ["NEWSFEED_INBOX"])


def damage(table):
    for file in Path(os.environ["NEWSFEED_ROOT"], table).rglob("*.parquet"):
        CUT[file] = file.read_bytes()
        file.write_bytes(CUT[file][:-9])


def mend():
    for file, whole in CUT.items():
        file.write_bytes(whole)


def blamed(step):
    """What becomes of each view's task when a run failed at a step."""
    from pipelines.scheduling.tasks import not_made
    from pipelines.views import VIEWS

    return {view: type(not_made(view, {"error": "no", "step": step})).__name__ for view in VIEWS}


def read(**settings):
    """What the DAG folder holds with these settings: they are read when the modules that have them are loaded."""
    from airflow.dag_processing.dagbag import DagBag

    os.environ.update(settings)
    for name in [name for name in sys.modules if name.startswith("pipelines.scheduling")]:
        del sys.modules[name]
    return DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])


def main(told, *orders):
    from airflow.utils.db import initdb

    initdb()
    before = set(sys.modules)
    bag = read()
    heavy = [name for name in HEAVY if name in set(sys.modules) - before]
    found = {"import_errors": bag.import_errors, "heavy": heavy, "dags": told_of(bag), "runs": []}
    for order in orders:
        name, _, rest = order.partition(" ")
        if name == "read":
            named, _, settings = rest.partition(" ")
            bag = read(**json.loads(settings))
            found[named] = told_of(bag)
        elif name in bag.dags:
            found["runs"].append(ran(bag.dags[name], json.loads(rest) if rest else None))
        elif name == "blame":
            found["blamed"] = blamed(rest)
        else:
            {"fill": fill, "damage": damage, "mend": mend}[name](*rest.split())
    Path(told).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
