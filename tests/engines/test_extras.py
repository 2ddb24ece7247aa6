"""What lacks an extra says which one; the core is enough for Sail."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
NEEDED = "the extra 'spark', which is not installed: pip install pyspark==4.2.0"


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    """A folder with the installed packages as the core has them: of PySpark just the client."""
    here, core = Path(sysconfig.get_path("purelib")), tmp_path_factory.mktemp("core")
    for package in here.iterdir():
        if not package.name.startswith(("py4j", "pyspark", "_")):
            (core / package.name).symlink_to(package)
    (core / "pyspark").mkdir()
    for part in (here / "pyspark").iterdir():
        if part.name not in {"core", "jars", "bin", "sbin", "__pycache__"}:
            (core / "pyspark" / part.name).symlink_to(part)
    return core


def with_core(core, *arguments, **settings):
    """A process of Python that has the packages of the core alone."""
    surroundings = os.environ | {"PYTHONPATH": f"{PROJECT}:{core}"} | settings
    surroundings.pop("SPARK_CONNECT_MODE_ENABLED", None)
    command = [sys.executable, "-S", *arguments]
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize("engine", ["spark", "submitted"])
def test_an_engine_that_is_spark_itself_names_the_extra_in_one_line(core, tmp_path, engine):
    options = ["run", "--engine", engine, "--root", str(tmp_path)]
    done = with_core(core, "-c", "from pipelines.cli import script; script()", *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: the engine '{engine}' needs Apache Spark itself, {NEEDED}\n"


def test_fetching_the_jars_names_the_extra_in_one_line(core, tmp_path):
    done = with_core(core, "-m", "pipelines.engines.jars", NEWSFEED_JARS=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: fetching the Delta jars needs Apache Spark itself, {NEEDED}\n"


def test_the_embedded_engine_needs_the_client_alone_and_is_reached_by_no_proxy(core):
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "grpc_proxy", "all_proxy"), "http://127.0.0.1:1")
    script = (
        "from pipelines.engines import open_engine\n"
        "from pyspark.sql import functions as F\n"
        "with open_engine('sail') as engine:\n"
        "    print(engine.session.range(3).select(F.sum('id').alias('s')).collect()[0].s)\n"
    )
    done = with_core(core, "-c", script, **nowhere)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")
