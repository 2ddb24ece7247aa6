"""With the engine `spark` the DAGs submit the jobs to the Spark of a connection."""

import json
import shutil

import pytest

from pipelines.engines.jars import delta_jars
from pipelines.scheduling.settings import COMPUTING
from tests.dags.airflows import DAGS, FIRST, airflow, feed, of_views, releases


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("spark_home")


@pytest.fixture(scope="module")
def submitted(home):
    """Runs whose tasks go to `local[2]` with the Delta jars; its Java starts sooner and computes slower."""
    if shutil.which("java") is None:
        pytest.skip("needs Java")
    quick = "spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC\nspark.ui.enabled false\n"
    (home / "spark-defaults.conf").write_text(f"{quick}spark.jars {','.join(delta_jars())}\n", "utf-8")
    connection = json.dumps({"conn_type": "spark", "host": "local[2]"})
    spark = {"SPARK_CONF_DIR": str(home), "AIRFLOW_CONN_SPARK_DEFAULT": connection, "NEWSFEED_ENGINE": "spark"}
    wrong = 'backfill_views {"view": "posts", "cap": 5}'
    return airflow(home, "fill", "land_events", "materialize_views", wrong, **spark)


def test_what_computes_is_submitted_and_has_a_job(submitted):
    operators = {
        task: facts["operator"]
        for dag in submitted["dags"].values()
        for task, facts in dag["tasks"].items()
        if facts["operator"] in ("Command", "Job")
    }
    assert operators == {"land": "Job", "run": "Job", "plan": "Job", "maintain": "Job"}


def test_what_is_submitted_is_a_file_of_the_folder_of_jobs():
    assert [name for name in COMPUTING if not (DAGS.parent / "jobs" / f"{name}.py").is_file()] == []


def test_the_submitted_jobs_land_the_inbox_and_publish_a_release(submitted, home, capsys):
    landing, run, _ = submitted["runs"]
    assert landing["tasks"] == {"land": "success", "announce": "success"}
    assert (run["state"], set(of_views(run).values())) == ("success", {"success"})
    (release,) = releases(home, capsys)
    assert release["events"] == len(FIRST)
    assert "hello" in feed(home, capsys)


def test_what_a_submitted_job_says_of_its_failure_decides_whether_it_is_tried_again(submitted):
    *_, wrong = submitted["runs"]
    assert (wrong["tasks"]["plan"], wrong["tries"]["plan"]) == ("failed", 1)
