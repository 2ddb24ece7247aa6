"""An Airflow in a process of its own, with an inbox and a lake in a folder."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipelines.cli import main
from tests.surroundings import environment

BIN = Path(sys.executable).parent
PROCESS = Path(__file__).with_name("airflow_process.py")
DAGS = PROCESS.parents[2] / "dags"
INBOX, LAKE = "in {{ ds }}", "lake $HOME.sh"
"""Paths with what Airflow and a shell would replace, and an end that Airflow would read as the name of a script."""
FIRST: list[dict[str, Any]] = [
    {"event_id": "1", "event_type": "registered", "username": "ann", "first_name": "Ann", "last_name": "A"},
    {"event_id": "2", "event_type": "posted", "post_id": 7, "text": "hello"},
]
SECOND: list[dict[str, Any]] = [{"event_id": "3", "event_type": "posted", "post_id": 8, "text": "again"}]
THIRD: list[dict[str, Any]] = [{"event_id": "4", "event_type": "posted", "post_id": 9, "text": "for the third time"}]


def airflow(home, *orders, batches=(FIRST, SECOND, THIRD)):
    """What a process with an Airflow of its own tells after the orders; `fill` puts the next batch into the inbox."""
    told = home / "told.json"
    (home / INBOX).mkdir()
    (home / "lines").mkdir()
    for number, batch in enumerate(batches):
        (home / "lines" / f"{number}.jsonl").write_text("\n".join(map(line, batch)), "utf-8")
    surroundings = environment() | {
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": str(DAGS.parent),
        "NEWSFEED_INBOX": str(home / INBOX),
        "NEWSFEED_ROOT": str(home / LAKE),
        "NEWSFEED_LINES": str(home / "lines"),
        "NEWSFEED_ENGINE": "sail",
        "NEWSFEED_SETTLED": "0",
        "NEWSFEED_RETRIES": "1",
        "NEWSFEED_RETRY_SECONDS": "0",
    }
    command = [sys.executable, str(PROCESS), str(told), *orders]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(told.read_text("utf-8"))


def line(event):
    return json.dumps({"event_time": "2026-01-01T00:00:00Z", "actor_id": 1, **event})


def releases(home, capsys):
    assert main(["releases", "--json", "--root", str(home / LAKE)]) == 0
    return json.loads(capsys.readouterr().out)


def states(run, *tasks):
    return {task: run["tasks"][task] for task in tasks}


def of_views(run):
    """The states of the views' tasks."""
    return {task.removeprefix("views."): state for task, state in run["tasks"].items() if task.startswith("views.")}
