"""The jobs take the options of their commands. That they work under `spark-submit` is shown with the DAG."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.cli import main

JOBS = Path(__file__).parents[2] / "jobs"
COMMANDS = {"readmit": ["quarantine", "--readmit"]}


@pytest.mark.parametrize(
    ("job", "options"),
    [
        ("land", ["a", "--format", "unheard-of"]),
        ("run", ["--cap", "0"]),
        ("readmit", ["--limit", "1"]),
        ("maintain", ["--keep", "0"]),
        ("verify", ["--release", "0"]),
        ("erase", ["7"]),
    ],
    ids=["land", "run", "readmit", "maintain", "verify", "erase"],
)
def test_a_job_refuses_what_its_command_refuses_in_the_same_words(capsys, job, options):
    code = main([*COMMANDS.get(job, [job]), *options])
    told = capsys.readouterr()
    command = [sys.executable, str(JOBS / f"{job}.py"), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert code == 2
    assert (done.returncode, done.stdout, done.stderr) == (code, told.out, told.err)
