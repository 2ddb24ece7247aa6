"""What landing and running load: pandas alone takes as long as a small run, and Arrow imports it where it can."""

import json
import subprocess
import sys

from tests.landing.lines import file_of
from tests.laws.worlds import drawn, together

PROGRAM = """
import sys
from pipelines.cli import main
code = main(sys.argv[1:])
print("loaded", code, *sorted({"pandas", "pyspark", "pysail"} & set(sys.modules)))
"""


def loaded_by(*arguments):
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


def test_events_of_all_types_land_and_run_without_pandas_and_dataframes(lake, tmp_path, seed):
    events = together(drawn(seed, 100))
    source = file_of(tmp_path / "events.jsonl", *(json.dumps(event).encode() for event in events))
    assert loaded_by("land", source, "--root", lake.root) == "loaded 0"
    assert loaded_by("run", "--root", lake.root) == "loaded 0"
    assert loaded_by("run", "--cap", "3", "--replies", "none", "--root", lake.root) == "loaded 0"
