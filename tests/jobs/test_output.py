"""What a job prints stands out: Spark itself warns only, unless it is asked for more."""

import os
import subprocess
import sys
from pathlib import Path

import pyspark
import pytest

from pipelines.engines.jars import delta_jars
from tests.landing.lines import file_of, line
from tests.spark_process import QUICK_JAVA
from tests.surroundings import environment

PROJECT = Path(__file__).parents[2]
pytestmark = pytest.mark.spark
LANDED = ["read         1 line", "landed       1 event as landing 1", "duplicate    0 events, already there"]


def submitted(folder, *options):
    """What a real `spark-submit` of a landing prints."""
    command = [str(Path(pyspark.__file__).parent / "bin" / "spark-submit"), "--master", "local[1]"]
    command += ["--conf", f"spark.jars={','.join(delta_jars())}", "--conf", "spark.ui.enabled=false", *options]
    command += [str(PROJECT / "jobs" / "land.py"), file_of(folder / "a.jsonl", line()), "--root", str(folder / "lake")]
    settings = environment(PYSPARK_PYTHON=sys.executable, PYTHONPATH=str(PROJECT), JDK_JAVA_OPTIONS=QUICK_JAVA)
    done = subprocess.run(command, env=settings, cwd=os.sep, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), [one for one in done.stderr.splitlines() if " INFO " in one]


def test_a_submitted_job_prints_its_own_lines_and_spark_just_which_one_it_is(tmp_path):
    printed, information = submitted(tmp_path)
    assert printed == [*LANDED, "quarantined  0 lines"]
    assert [one.partition(" INFO ")[2].split()[0] for one in information] == ["SparkContext:"] * 3, information


def test_spark_tells_more_when_it_is_asked_to(tmp_path):
    printed, information = submitted(tmp_path, "--conf", "spark.log.level=INFO")
    assert printed == [*LANDED, "quarantined  0 lines"]
    assert len(information) > 10
