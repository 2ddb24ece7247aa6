"""The jobs land and publish under a real `spark-submit`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.engines.jars import delta_jars
from tests.surroundings import environment

JOBS = Path(__file__).parents[2] / "jobs"
SUBMIT = Path(sys.executable).with_name("spark-submit")
QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # starts sooner, and computes slower
EVENTS = [
    {"event_type": "registered", "actor_id": 1, "username": "ann", "first_name": "Ann", "last_name": "A"},
    {"event_type": "followed", "actor_id": 1, "followee_id": 2},
    {"event_type": "posted", "actor_id": 2, "post_id": 7, "text": "hello"},
]


def submitted(job, *arguments):
    """What the job printed, under `spark-submit` on two cores."""
    command = [
        str(SUBMIT),
        "--master",
        "local[2]",
        "--driver-java-options",
        QUICK_JAVA,
        "--jars",
        ",".join(delta_jars()),
        str(JOBS / job),
        *arguments,
    ]
    surroundings = environment(PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    return done.stdout


@pytest.mark.skipif(shutil.which("java") is None, reason="needs Java")
def test_submitted_jobs_land_a_file_and_publish_a_release(tmp_path, capsys):
    root, source = str(tmp_path / "lake"), tmp_path / "events.jsonl"
    common = {"event_time": "2026-01-01T00:00:00Z"}
    source.write_text(
        "".join(json.dumps({"event_id": str(n), **common, **e}) + "\n" for n, e in enumerate(EVENTS)), "utf-8"
    )
    landing = json.loads(submitted("land.py", str(source), "--root", root, "--json"))
    assert landing["landed"] == len(EVENTS)
    submitted("run.py", "--root", root, "--cap", "5")
    assert main(["releases", "--json", "--root", root]) == 0
    (release,) = json.loads(capsys.readouterr().out)
    assert release["policy"]["cap"] == 5
    assert main(["feed", "1", "--root", root]) == 0
    assert "hello" in capsys.readouterr().out
