"""All of it at once: files are put into an inbox on HDFS, a scheduled DAG lands them by `spark-submit` to a standalone
cluster, another publishes views on HDFS, and what is exported is what others computed of the same data.

The tests are one story, in their order; the last one prints where the time went.
"""

import csv
import json
import time
from collections import defaultdict
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from types import SimpleNamespace

import pytest

from pipelines.cli import main
from pipelines.engines.jars import delta_jars
from pipelines.landing.land import land
from pipelines.releases.release import last_release
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.servers.airflow import Airflow
from tests.servers.airflow_client import Client, until
from tests.servers.cluster import Cluster
from tests.servers.hdfs import Hdfs
from tests.servers.processes import free_port
from tests.test_ldbc import LDBC, POLICY, expected, exported

DAGS = ("land_events", "materialize_views", "backfill_views")
FORM = {"cap": POLICY["cap"], "replies": POLICY["replies"], "own_posts": "hidden", "dry_run": False}
SPARK = ("land", "run")
"""The tasks that are submitted."""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """An HDFS, a cluster and an Airflow that knows of both, and how long each took to start."""
    folder, took = tmp_path_factory.mktemp("production"), {}
    hdfs = Hdfs(folder / "hdfs")
    cluster = Cluster(folder / "cluster", free_port(), free_port())
    airflow = Airflow(folder / "airflow", (free_port(), free_port(), free_port()), settings(folder, hdfs, cluster))
    with ExitStack() as started:
        for name, server in (("HDFS", hdfs), ("cluster", cluster), ("Airflow", airflow)):
            begin = time.monotonic()
            started.callback(server.stop)
            server.start()
            took[name] = time.monotonic() - begin
        lake, inbox = Lake.at(f"{hdfs.url}/lake"), f"{hdfs.webhdfs}/inbox"
        yield SimpleNamespace(lake=lake, inbox=inbox, client=Client(airflow.url), took=took, folder=folder)


def settings(folder, hdfs, cluster):
    """What an operator sets: where the lake and the inbox are, and the connection to the cluster."""
    conf = cluster.conf | {"spark.jars": ",".join(delta_jars()), "spark.hadoop.dfs.replication": "2"}
    (folder / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in conf.items()), "utf-8")
    connection = {"conn_type": "spark", "host": "spark://127.0.0.1", "port": cluster.port}
    return {
        "AIRFLOW_CONN_SPARK_DEFAULT": json.dumps(connection | {"extra": {"deploy-mode": "client"}}),
        "NEWSFEED_ENGINE": "spark",
        "NEWSFEED_FORMAT": "ldbc",
        "NEWSFEED_INBOX": f"{hdfs.url}/inbox",
        "NEWSFEED_ROOT": f"{hdfs.url}/lake",
        "NEWSFEED_SETTLED": "0",
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


@pytest.fixture(scope="module")
def peer(tmp_path_factory, engine):
    """The last releases of the same lines on the embedded engine and a local root: of the first batch, and of both."""
    lake = Lake.at(str(tmp_path_factory.mktemp("peer") / "lake"))
    released = []
    for name in ("snapshot", "update_streams"):
        begin = time.monotonic()
        land(lake, engine, [str(LDBC / name)], format_name="ldbc")
        landed = time.monotonic()
        run(lake, engine, policy=POLICY)
        released.append((last_release(lake), {"land": landed - begin, "run": time.monotonic() - landed}))
    return released


def put(world, name):
    """Put the files of a folder into the inbox, over HTTP."""
    for file in sorted((LDBC / name).glob("*.csv")):
        assert main(["put", str(file), f"{world.inbox}/"]) == 0


def told(world, number):
    """The run of the DAG that published a release, once it has told of it."""

    def of_it():
        events = world.client.asset_events("newsfeed")
        return next((event["source_run_id"] for event in events if event["extra"]["release"] == number), None)

    return until(of_it, 400, lambda: str([(dag, world.client.runs(dag)[:2]) for dag in DAGS]))


def hashes(release):
    return {name: (table.rows, table.content_hash) for name, table in release.tables.items() if "views" in name}


def newest_of_friends():
    """The first twenty messages of each person's friends in the snapshot, newest first, as plain Python finds them."""
    friends, messages = defaultdict(set), defaultdict(list)
    for one, other, _ in rows("person_knows_person"):
        friends[int(one)].add(int(other))
        friends[int(other)].add(int(one))
    for kind, created, author in (("post", 2, 8), ("comment", 1, 6)):
        for row in rows(kind):
            moment = round(datetime.fromisoformat(row[created]).timestamp() * 1000)
            messages[int(row[author])].append((moment, int(row[0])))
    for person in sorted(friends):
        found = sorted(((*said, friend) for friend in friends[person] for said in messages[friend]), reverse=True)
        for position, (moment, message, friend) in enumerate(found[: POLICY["cap"]], 1):
            yield person, position, message, friend, moment


def rows(name):
    """The rows of a file of the snapshot."""
    with (LDBC / "snapshot" / f"{name}_0_0.csv").open(newline="", encoding="utf-8") as lines:
        yield from islice(csv.reader(lines, delimiter="|", quoting=csv.QUOTE_NONE), 1, None)


def test_files_in_the_inbox_come_into_a_release_by_the_schedule(world, peer):
    put(world, "snapshot")
    world.client.unpause(*DAGS)
    run_id = told(world, 1)
    assert world.client.ended("materialize_views", run_id) == "success"
    assert last_release(world.lake).events == peer[0][0].events


def test_with_another_policy_the_views_are_what_the_embedded_engine_and_plain_python_make(world, peer):
    run_id = world.client.trigger("backfill_views", FORM)
    assert world.client.ended("backfill_views", run_id) == "success"
    assert hashes(last_release(world.lake)) == hashes(peer[0][0])
    assert list(exported(world.lake, world.folder / "first.csv")) == list(newest_of_friends())


def test_what_a_submitted_job_says_of_its_failure_decides_that_it_is_not_tried_again(world):
    run_id = world.client.trigger("backfill_views", {"view": "posts", "cap": 5})
    assert world.client.ended("backfill_views", run_id) == "failed"
    plan = world.client.tasks("backfill_views", run_id)["plan"]
    assert (plan["state"], plan["try_number"]) == ("failed", 1)


def test_a_second_batch_makes_of_it_what_others_computed(world, peer):
    put(world, "update_streams")
    world.client.trigger("land_events")
    run_id = told(world, 3)
    assert world.client.ended("materialize_views", run_id) == "success"
    assert list(exported(world.lake, world.folder / "second.csv")) == expected()
    assert hashes(last_release(world.lake)) == hashes(peer[1][0])
    assert main(["metrics", "--root", world.lake.root]) == 0


def test_where_the_time_went(world, peer, capsys):
    landing = next(event for event in world.client.asset_events("newsfeed_log") if event["extra"]["landing"] == 1)
    both = {"land_events": landing["source_run_id"], "materialize_views": told(world, 1)}
    lines = [f"{name} starts in {seconds:.1f} s" for name, seconds in world.took.items()]
    for dag, run_id in both.items():
        whole, tasks = world.client.run(dag, run_id), world.client.tasks(dag, run_id)
        seconds = {name: one["duration"] or 0.0 for name, one in tasks.items()}
        (submitted,) = (name for name in SPARK if name in seconds)
        lines.append(
            f"{dag}: {whole['duration']:.1f} s, of which {submitted} on the cluster {seconds[submitted]:.1f} s "
            f"(embedded, local: {peer[0][1][submitted]:.1f} s), other tasks "
            f"{sum(seconds.values()) - seconds[submitted]:.1f} s, the rest the scheduler's"
        )
    with capsys.disabled():
        print("", *lines, sep="\n  ")
    assert all(
        one["state"] == "success" for dag, run_id in both.items() for one in world.client.tasks(dag, run_id).values()
    )
