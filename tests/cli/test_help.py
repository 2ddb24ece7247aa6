import json
import os
import re
import subprocess
import sys

import pytest

from pipelines import __version__
from tests.cli.conftest import FIRST, SECOND
from tests.landing.lines import file_of

READING = ["status", "releases", "feed", "diff", "export", "sql", "path"]
PLACELESS = ["put", "produce"]
"""Commands that need no lake."""
COMMANDS = [
    *PLACELESS,
    "land",
    "run",
    "follow",
    "serve",
    *READING,
    "quarantine",
    "verify",
    "repair",
    "rollback",
    "check",
    "maintain",
]
SLOW = ["pyspark", "pysail", "numba", "numpy", "pandas", "pyarrow", "deltalake", "rich", "pydantic", "http.client"]


def loaded_by(*commands):
    """The exit codes of commands that a new process runs, one after another, and which slow modules it has loaded."""
    program = (
        "import json, sys; from pipelines.cli import main; codes = [main(one) for one in json.loads(sys.argv[1])];"
        f"print(json.dumps([codes, [name for name in {SLOW} if name in sys.modules]]))"
    )
    done = subprocess.run([sys.executable, "-c", program, json.dumps(commands)], capture_output=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_help_lists_the_commands(call):
    said = call("--help")
    assert said.code == 0
    listed = re.findall(r"^  (\w+) ", said.out.partition("\nCommands:\n")[2], re.MULTILINE)
    assert [command for command in listed if command in COMMANDS] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_shows_an_example(call, command):
    said = call(command, "--help")
    assert (said.code, f"Example: newsfeed {command}" in said.out) == (0, True)
    assert ("--root" in said.out) == (command not in PLACELESS)


def test_the_version_is_that_of_the_package(call):
    assert (call("--version").code, call("--version").out) == (0, f"newsfeed {__version__}\n")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], *([name, "--help"] for name in ("land", "feed", "produce"))], ids=" ".join
)
def test_help_loads_nothing_slow(arguments):
    assert loaded_by(arguments) == [[0], []]


def test_reading_loads_no_engine(told):
    codes, modules = loaded_by(
        *([*arguments, "--root", told.root] for arguments in (["feed", "1"], ["status"], ["path", "posts"]))
    )
    assert codes == [0, 0, 0]
    assert not {"pyspark", "pysail", "numba", "pandas", "pydantic"} & set(modules)


def test_landings_and_runs_load_neither_an_engine_nor_what_draws_on_terminals(tmp_path):
    first, second = (file_of(tmp_path / name, *lines) for name, lines in (("first", FIRST), ("second", SECOND)))
    root = str(tmp_path / "lake")
    codes, modules = loaded_by(
        *([*arguments, "--root", root] for arguments in (["land", first], ["run"], ["land", second], ["run"]))
    )
    assert codes == [0, 0, 0, 0]
    assert not {"pyspark", "pysail", "pandas", "rich", "pydantic", "http.client"} & set(modules)


def test_the_console_script_ends_with_the_exit_code(told):
    program = "from pipelines.cli import script; script()"
    command = [sys.executable, "-c", program, "feed", "99", "--root", told.root]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "error: there is no user 99\n")


def test_the_console_script_ends_though_a_thread_of_a_library_is_still_reading_ahead(told):
    program = """
import io, time
from pyarrow import PythonFile, csv
from pipelines.cli import script

class Slow(io.BytesIO):
    def read(self, size=-1):
        time.sleep(0.2)
        return super().read(size)

lines = PythonFile(Slow(b"a,b\\n" + b"1,2\\n" * 100_000), mode="r")
ahead = csv.open_csv(lines, csv.ReadOptions(block_size=1000))
script()
"""
    command = [sys.executable, "-c", program, "feed", "99", "--root", told.root]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "error: there is no user 99\n")


@pytest.mark.parametrize(("chosen", "used"), [({}, "jemalloc"), ({"ARROW_DEFAULT_MEMORY_POOL": "system"}, "system")])
def test_the_console_script_takes_arrows_memory_where_it_can_be_kept_unless_told_otherwise(told, chosen, used):
    program = """
import atexit
from pipelines.cli import script

@atexit.register
def tell():
    import pyarrow
    print(pyarrow.default_memory_pool().backend_name)

script()
"""
    command = [sys.executable, "-c", program, "status", "--json", "--root", told.root]
    usual = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=usual | chosen)
    assert done.stdout.splitlines()[-1] == used


@pytest.mark.parametrize(("chosen", "used"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "2"}, "2")])
def test_the_console_script_lets_numpy_start_no_threads_unless_told_otherwise(told, chosen, used):
    tell = "atexit.register(lambda: print(os.environ['OPENBLAS_NUM_THREADS']))"
    program = f"import atexit, os; from pipelines.cli import script; {tell}; script()"
    command = [sys.executable, "-c", program, "status", "--json", "--root", told.root]
    usual = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=usual | chosen)
    assert done.stdout.splitlines()[-1] == used
