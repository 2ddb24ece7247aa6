"""On a real Spark cluster, jobs make what the embedded engine makes: in batches, in turns, when a worker is lost."""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise
from pathlib import Path
from random import Random

import pytest

from pipelines.cli import main
from pipelines.engines.jars import delta_jars
from pipelines.landing.land import land
from pipelines.releases.release import release
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.landing.lines import file_of
from tests.laws.worlds import drawn, land_events, together
from tests.servers import s3
from tests.servers.cluster import SUBMIT, Cluster
from tests.servers.processes import free_port
from tests.servers.tasks import land_and_run, land_run_and_frame, run_and_tell
from tests.spark_process import spark_process
from tests.surroundings import environment

PROJECT = Path(__file__).parents[2]
LDBC = PROJECT / "data" / "ldbc-snb-test"
WHEN = ["--ingestion-time", "2026-01-01T00:00:00Z"]
UNTIL_ENDED = 300


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("cluster"), free_port(), free_port())
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def on_cluster(cluster):
    """Calls a function with a session of the cluster that stays, in a process apart."""
    with session_of(cluster) as call:
        yield call


def session_of(cluster, **told):
    """As `on_cluster`, with variables that executors are told too."""
    telling = chain.from_iterable(("--conf", f"spark.executorEnv.{name}={value}") for name, value in told.items())
    arguments = shlex.join([*cluster.options(), *telling, "pyspark-shell"])
    return spark_process(
        "submitted", PYSPARK_SUBMIT_ARGS=arguments, PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1", **told
    )


def submit(cluster, *arguments):
    """What a `spark-submit` printed that succeeded."""
    command = [str(SUBMIT), *cluster.options(), *map(str, arguments)]
    surroundings = environment(PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
    done = subprocess.run(
        command, env=surroundings, cwd="/", capture_output=True, text=True, check=False, timeout=UNTIL_ENDED
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return done.stdout


def job(cluster, name, *arguments):
    """What a submitted job printed."""
    return submit(cluster, PROJECT / "jobs" / f"{name}.py", *arguments)


def contents(lake):
    """How many rows each table of the last release has, and their hash."""
    return {name: (table.rows, table.content_hash) for name, table in release(lake).tables.items()}


def embedded(lake, *arguments):
    assert main([*map(str, arguments), "--root", lake.root]) == 0


def new_lake(folder, name):
    return Lake.at(str(folder / name))


def test_submitted_jobs_make_of_the_snapshot_and_then_of_the_updates_what_the_embedded_engine_makes(cluster, tmp_path):
    theirs, ours = new_lake(tmp_path, "cluster"), new_lake(tmp_path, "embedded")
    for number, source in enumerate(("snapshot", "update_streams"), 1):
        landing = [LDBC / source, "--format", "ldbc", *WHEN]
        assert f"as landing {number}" in job(cluster, "land", *landing, "--root", theirs.root)
        assert f"release {number} covers" in job(cluster, "run", "--root", theirs.root)
        embedded(ours, "land", *landing)
        embedded(ours, "run")
        assert contents(theirs) == contents(ours)


def test_quarantine_and_housekeeping_are_jobs_too(cluster, tmp_path):
    lake = new_lake(tmp_path, "lake")
    embedded(lake, "land", file_of(tmp_path / "lines.jsonl", b"no event"))
    assert "quarantined  1 line, 1 of them already there" in job(cluster, "readmit", "--root", lake.root)
    assert "nothing was changed: --execute does it" in job(cluster, "maintain", "--root", lake.root)


def test_a_lake_is_continued_by_either_engine_in_turns(on_cluster, engine, tmp_path, seed):
    events = together(drawn(seed, 90))
    events = Random(seed).sample(events, len(events))
    cuts = [len(events) * part // 10 for part in (0, 7, 8, 9, 10)]
    turns, ours = new_lake(tmp_path, "turns"), new_lake(tmp_path, "embedded")
    for number, (start, end) in enumerate(pairwise(cuts)):
        batch = events[start:end]
        how = on_cluster(land_and_run, turns, batch) if number % 2 else land_and_run(engine, turns, batch)
        assert how == land_and_run(engine, ours, batch)
        assert contents(turns) == contents(ours)


def test_a_lake_on_an_object_store_is_the_same(cluster, engine, tmp_path, monkeypatch, seed):
    events = file_of(tmp_path / "events.jsonl", *(json.dumps(one).encode() for one in together(drawn(seed, 60))))
    store, ours = s3.trial(tmp_path), new_lake(tmp_path, "embedded")
    land(ours, engine, [events])
    run(ours, engine)
    try:
        store.start()
        for name, value in store.env.items():
            monkeypatch.setenv(name, value)
        theirs = Lake.at(f"{store.root}/lake")
        with session_of(cluster, **store.env) as call:
            assert call(land_run_and_frame, theirs, events) == "changed: views/posts"
        assert contents(theirs) == contents(ours)
    finally:
        store.stop()


def test_a_run_of_which_a_worker_is_killed_makes_the_same(cluster, on_cluster, engine, tmp_path, seed):
    lake, undisturbed, told = new_lake(tmp_path, "lake"), new_lake(tmp_path, "embedded"), tmp_path / "steps"
    for one in (lake, undisturbed):
        land_events(one, engine, together(drawn(seed, 360)))
    run(undisturbed, engine)
    told.touch()
    with ThreadPoolExecutor(1) as other:
        running = other.submit(on_cluster, run_and_tell, lake, told)
        wait_for(lambda: "relations/timelines" in told.read_text(), running)
        cluster.worker(1).kill()
        assert not running.done()
        running.result(UNTIL_ENDED)
    assert cluster.alive() == 1
    cluster.start_worker(1)
    cluster.master.wait_until(lambda: cluster.alive() == 2, 60)
    assert contents(lake) == contents(undisturbed)


def wait_for(ready, running):
    ends = time.monotonic() + UNTIL_ENDED
    while not ready():
        assert not running.done(), running.result()
        assert time.monotonic() < ends
        time.sleep(0.01)


def by_the_documents(cluster, folder, number):
    """What a shell ends with that executes one of the lines of docs/deploy.md; the lake is in the folder."""
    line = re.findall(r"```sh\n(.*?)```", (PROJECT / "docs" / "deploy.md").read_text("utf-8"), re.DOTALL)[number]
    settings = cluster.conf | {"spark.cores.max": "1"}
    (folder / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    surroundings = environment(
        MASTER=cluster.url,
        JARS=",".join(delta_jars()),
        PYTHON=sys.executable,
        HERE=str(PROJECT),
        ROOT=str(folder / "lake"),
        PATH=f"{SUBMIT.parent}:{os.environ['PATH']}",
        SPARK_CONF_DIR=str(folder),
        SPARK_LOCAL_IP="127.0.0.1",
    )
    command = ["bash", "-euc", line]
    done = subprocess.run(
        command, env=surroundings, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=UNTIL_ENDED
    )
    return done.returncode, done.stdout + done.stderr[-3000:]


def test_the_lines_of_the_documents_land_with_a_packed_environment_and_run_with_a_driver_on_a_worker(cluster, tmp_path):
    code, told = by_the_documents(cluster, tmp_path, 1)
    assert (code, told.rstrip().endswith("is FAILED, exiting spark-submit JVM.")) == (0, True), "nothing has landed"
    code, told = by_the_documents(cluster, tmp_path, 0)
    assert (code, "landed       11,397 events" in told) == (0, True), told
    code, told = by_the_documents(cluster, tmp_path, 1)
    assert (code, told.rstrip().endswith("is FINISHED, exiting spark-submit JVM.")) == (0, True), told
    assert release(new_lake(tmp_path, "lake")).number == 1


def test_spark_refuses_a_python_program_in_cluster_mode(cluster):
    with pytest.raises(AssertionError, match="Cluster deploy mode is currently not supported for python applications"):
        submit(cluster, "--deploy-mode", "cluster", PROJECT / "jobs" / "run.py")


def test_executors_that_have_all_but_the_project_take_it_from_the_zip(cluster):
    packed = PROJECT / "dist" / "newsfeed.zip"
    assert packed.exists(), f"{packed} is not there: `make dist` makes it"
    told = submit(cluster, "--py-files", packed, PROJECT / "tests" / "servers" / "where.py")
    place = "./newsfeed.zip/pipelines/__init__.py"
    assert [line for line in told.splitlines() if line.startswith("found")] == [f"found {place} {n}" for n in (1, 2)]
