"""The DAG loads in a real Airflow, and its runs land the inbox and publish a release."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import main
from pipelines.engines.jars import delta_jars
from tests.surroundings import environment

BIN = Path(sys.executable).parent
PROCESS = Path(__file__).with_name("airflow_process.py")
SUCCESS = {"land": "success", "run": "success"}
INBOX, LAKE = "in {{ ds }}", "lake $HOME.sh"
"""Paths with what Airflow and a shell would replace, and an end that Airflow would read as the name of a script."""
EVENTS: list[dict[str, Any]] = [
    {"event_id": "1", "event_type": "registered", "username": "ann", "first_name": "Ann", "last_name": "A"},
    {"event_id": "2", "event_type": "posted", "post_id": 7, "text": "hello"},
]
LINES = [json.dumps({"event_time": "2026-01-01T00:00:00Z", "actor_id": 1, **event}) for event in EVENTS]


def airflow(home, *orders, **settings):
    """What a process with an Airflow of its own tells after the orders; `fill` puts two lines into the inbox."""
    inbox, told = home / INBOX, home / "told.json"
    inbox.mkdir()
    (home / "events.jsonl").write_text("\n".join(LINES), "utf-8")
    surroundings = environment() | {
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROCESS.parents[2] / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "PYSPARK_PYTHON": sys.executable,
        "NEWSFEED_INBOX": str(inbox),
        "NEWSFEED_ROOT": str(home / LAKE),
        "NEWSFEED_LINES": str(home / "events.jsonl"),
        "NEWSFEED_ENGINE": "sail",
    }
    command = [sys.executable, str(PROCESS), str(told), *orders]
    done = subprocess.run(command, env=surroundings | settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(told.read_text("utf-8"))


def releases(home, capsys):
    assert main(["releases", "--json", "--root", str(home / LAKE)]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def found(home):
    return airflow(home, "run", "fill", "run", "empty", "run")


def test_the_dag_is_hourly_and_lands_before_it_runs(found):
    assert found["import_errors"] == []
    assert found["dags"] == ["newsfeed"]
    assert found["edges"] == {"land": ["run"], "run": []}
    assert found["operators"] == {"land": "BashOperator", "run": "BashOperator"}
    assert (found["schedule"], found["catchup"], found["max_active_runs"]) == ("0 * * * *", False, 1)
    assert found["doc"].startswith("Every hour: land what is in the inbox")


def test_a_run_publishes_what_is_in_the_inbox_and_an_empty_inbox_is_no_failure_first_or_later(found, home, capsys):
    assert found["runs"] == [SUCCESS, SUCCESS, SUCCESS]
    assert len(releases(home, capsys)) == 1


def test_paths_are_taken_as_they_are_written(found, home):
    assert sorted(folder.name for folder in home.iterdir() if folder.is_dir()) == ["airflow", INBOX, LAKE]


@pytest.fixture(scope="module")
def spark_home(tmp_path_factory):
    return tmp_path_factory.mktemp("spark_home")


@pytest.fixture(scope="module")
def submitted(spark_home):
    """A run whose tasks go to `local[2]` with the Delta jars; its Java starts sooner and computes slower."""
    if shutil.which("java") is None:
        pytest.skip("needs Java")
    quick = "spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC\nspark.ui.enabled false\n"
    (spark_home / "spark-defaults.conf").write_text(f"{quick}spark.jars {','.join(delta_jars())}\n", "utf-8")
    connection = json.dumps({"conn_type": "spark", "host": "local[2]"})
    spark = {"SPARK_CONF_DIR": str(spark_home), "AIRFLOW_CONN_SPARK_DEFAULT": connection}
    return airflow(spark_home, "fill", "run", NEWSFEED_ENGINE="spark", **spark)


def test_with_another_engine_both_tasks_are_submitted_to_spark(submitted):
    assert submitted["operators"] == {"land": "SparkSubmitOperator", "run": "SparkSubmitOperator"}
    assert submitted["runs"] == [SUCCESS]


def test_the_submitted_jobs_land_the_inbox_and_publish_a_release(submitted, spark_home, capsys):
    (release,) = releases(spark_home, capsys)
    assert release["events"] == len(LINES)
    assert main(["feed", "1", "--root", str(spark_home / LAKE)]) == 0
    assert "hello" in capsys.readouterr().out
