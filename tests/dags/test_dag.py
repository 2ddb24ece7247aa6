"""The DAG loads in a real Airflow, and its runs land the inbox and publish a release."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.engines.jars import delta_jars

BIN = Path(sys.executable).parent
PROCESS = Path(__file__).with_name("airflow_process.py")
LINES = """\
{"event_id":"a","event_type":"registered","event_time":"2026-01-01T00:00:00Z","actor_id":1,"username":"ann","first_name":"Ann","last_name":"A"}
{"event_id":"b","event_type":"posted","event_time":"2026-01-01T00:01:00Z","actor_id":1,"post_id":7,"text":"hello"}
"""


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def airflow(tmp_path, inbox):
    """A function that loads, and perhaps runs, the DAG in a process with an Airflow home of its own."""

    def start(*arguments, **settings):
        environment = os.environ | {
            "AIRFLOW_HOME": str(tmp_path / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(PROCESS.parents[2] / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PYSPARK_PYTHON": sys.executable,
            "NEWSFEED_INBOX": str(inbox),
            "NEWSFEED_ROOT": str(tmp_path / "lake"),
            "NEWSFEED_ENGINE": "sail",
        }
        told = tmp_path / "told.json"
        command = [sys.executable, str(PROCESS), str(told), *arguments]
        done = subprocess.run(command, env=environment | settings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return json.loads(told.read_text("utf-8"))

    return start


@pytest.fixture
def releases(tmp_path, capsys):
    """A function that gives the records of the releases."""

    def listed():
        capsys.readouterr()
        assert main(["releases", "--json", "--root", str(tmp_path / "lake")]) == 0
        return json.loads(capsys.readouterr().out)

    return listed


def test_the_dag_is_hourly_and_lands_before_it_runs(airflow):
    found = airflow()
    assert found["import_errors"] == []
    assert found["dags"] == ["newsfeed"]
    assert found["edges"] == {"land": ["run"], "run": []}
    assert found["operators"] == {"land": "BashOperator", "run": "BashOperator"}
    assert (found["schedule"], found["catchup"], found["max_active_runs"]) == ("0 * * * *", False, 1)
    assert found["doc"].startswith("Every hour: land what is in the inbox")


def test_a_run_publishes_what_is_in_the_inbox_and_an_empty_inbox_is_no_failure(airflow, inbox, releases):
    (inbox / "events.jsonl").write_text(LINES, "utf-8")
    assert airflow("run")["tasks"] == {"land": "success", "run": "success"}
    assert len(releases()) == 1
    (inbox / "events.jsonl").unlink()
    assert airflow("run")["tasks"] == {"land": "success", "run": "success"}
    assert len(releases()) == 1


@pytest.mark.skipif(shutil.which("java") is None, reason="needs Java")
def test_with_another_engine_both_tasks_are_submitted_to_spark(airflow, inbox, releases, tmp_path):
    (inbox / "events.jsonl").write_text(LINES, "utf-8")
    (tmp_path / "spark-defaults.conf").write_text(f"spark.jars {','.join(delta_jars())}\n", "utf-8")
    connection = json.dumps({"conn_type": "spark", "host": "local[2]"})
    found = airflow("run", NEWSFEED_ENGINE="spark", SPARK_CONF_DIR=str(tmp_path), AIRFLOW_CONN_SPARK_DEFAULT=connection)
    assert found["operators"] == {"land": "SparkSubmitOperator", "run": "SparkSubmitOperator"}
    assert found["tasks"] == {"land": "success", "run": "success"}
    assert len(releases()) == 1
