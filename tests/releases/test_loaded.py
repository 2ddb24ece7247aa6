"""What landing and running load: pandas alone takes as long as a small run, and Arrow imports it where it can."""

import json
import subprocess
import sys

from tests.landing.lines import file_of
from tests.laws.worlds import drawn, together

PROGRAM = """
import json, sys
from pipelines.cli import main
codes = [main(one) for one in json.loads(sys.argv[1])]
print("loaded", *codes, *sorted({"pandas", "pyspark", "pysail"} & set(sys.modules)))
"""


def loaded_by(*commands):
    """The exit codes of commands that a new process runs, one after another, and what it has loaded."""
    program = [sys.executable, "-c", PROGRAM, json.dumps(commands)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


def test_events_of_all_types_land_and_run_without_pandas_and_dataframes(lake, tmp_path, seed):
    events = together(drawn(seed, 100))
    source = file_of(tmp_path / "events.jsonl", *(json.dumps(event).encode() for event in events))
    commands = ["land", source], ["run"], ["run", "--cap", "3", "--replies", "none"]
    assert loaded_by(*([*one, "--root", lake.root] for one in commands)) == "loaded 0 0 0"
