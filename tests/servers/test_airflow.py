"""A real Airflow runs the DAGs: by their schedules, killed in the middle, filled back and cleared; each set of events
comes into one release. The tests are one story, in their order.
"""

import json
import shutil
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer

import pytest

from pipelines.cli import main
from tests.dags.pagers import Pager
from tests.servers.airflow import PROJECT, Airflow
from tests.servers.airflow_client import Client, until
from tests.servers.processes import free_port

DAGS = ("land_events", "materialize_views", "analysts")
PEOPLE = 300


class Story:
    """An Airflow, what was put into its inbox, and what it tells."""

    def __init__(self, server, client):
        self.server, self.client, self.batches, self.texts = server, client, 0, []

    def put(self, posts):
        """Put a file with posts of user 1 into the inbox, which is whole at once."""
        self.batches += 1
        events = [self._event(f"p{self.batches}-{one}", post_id=self.batches * 10**6 + one) for one in range(posts)]
        place = self.server.inbox / f"{self.batches}.jsonl"
        beside = place.with_name(f".{place.name}")
        beside.write_text("\n".join(map(json.dumps, events)), "utf-8")
        beside.rename(place)

    def _event(self, event_id, post_id):
        made = {"event_id": event_id, "event_type": "posted", "event_time": f"2026-01-{self.batches:02}T00:00:00Z"}
        return made | {"actor_id": 1, "post_id": post_id, "text": f"post {post_id}"}

    def first_run_of(self, dag, seconds=120):
        """The first run of a DAG, once there is one."""
        runs = until(lambda: self.client.runs(dag) or None, seconds, lambda: f"{dag} has no run")
        return runs[-1]["dag_run_id"]

    def next_run_of(self, dag, before, seconds=120):
        """The run of a DAG that was not among those before."""

        def new():
            return next((one for one in self.client.runs(dag) if one["dag_run_id"] not in before), None)

        return until(new, seconds, lambda: f"{dag} has no new run")["dag_run_id"]

    def ids(self, dag):
        return {one["dag_run_id"] for one in self.client.runs(dag)}

    def all_ended(self, dag):
        """The states of all runs of a DAG, once all have ended."""
        return {self.client.ended(dag, run) for run in self.ids(dag)}

    def quiet(self):
        """Wait until no run goes on, and none is about to: what was told is followed by a run within seconds."""
        for _ in range(2):
            for dag in DAGS:
                assert self.all_ended(dag) <= {"success"}
            time.sleep(3)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    folder = tmp_path_factory.mktemp("airflow")
    dags = shutil.copytree(PROJECT / "dags", folder / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "tests" / "servers" / "analysts.py", dags)
    with HTTPServer(("127.0.0.1", 0), Pager) as pager:
        pager.texts = []
        threading.Thread(target=pager.serve_forever, daemon=True).start()
        alerts = {"conn_type": "generic", "password": f"http://127.0.0.1:{pager.server_port}/"}
        settings = {
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW_CONN_NEWSFEED_ALERTS": json.dumps(alerts),
            "NEWSFEED_LANDING_SCHEDULE": "0 0 * * *",
            "NEWSFEED_RETRY_SECONDS": "1",
            "NEWSFEED_SETTLED": "0",
            "OPENLINEAGE__TRANSPORT__APPEND": "true",
            "OPENLINEAGE__TRANSPORT__LOG_FILE_PATH": str(folder / "lineage"),
            "OPENLINEAGE__TRANSPORT__TYPE": "file",
        }
        server = Airflow(folder, (free_port(), free_port(), free_port()), settings)
        try:
            server.start()
            told = Story(server, Client(server.url))
            told.texts = pager.texts
            yield told
        finally:
            server.stop()
            pager.shutdown()


def releases(story, capsys):
    assert main(["releases", "--json", "--root", str(story.server.lake)]) == 0
    return [one["number"] for one in json.loads(capsys.readouterr().out)]


def newest(story, capsys):
    assert main(["feed", "1", "--json", "--root", str(story.server.lake), "--limit", "1"]) == 0
    return json.loads(capsys.readouterr().out)[0]["text"]


def test_files_of_the_inbox_come_into_a_release_by_the_schedule(story, capsys):
    story.put(PEOPLE)
    story.client.unpause(*DAGS)
    assert story.client.ended("land_events", story.first_run_of("land_events")) == "success"
    run = story.first_run_of("materialize_views")
    assert story.client.ended("materialize_views", run) == "success"
    assert set(story.client.states("materialize_views", run).values()) == {"success"}
    assert (releases(story, capsys), newest(story, capsys)) == ([1], "post 1000299")


def test_analysts_are_told_of_the_release_and_a_person_of_the_deadline(story):
    run = story.first_run_of("analysts")
    assert story.client.ended("analysts", run) == "success"
    path = f"/dags/analysts/dagRuns/{run}/taskInstances/count/xcomEntries/return_value"
    value = story.client.get(path, deserialize="true")["value"]
    assert value == {"release": 1, "rows": PEOPLE}
    late = until(lambda: story.texts or None, 60, lambda: "no alert came")
    assert late[0].startswith(f"analysts: run {run} is not done after")


def test_lineage_tells_of_a_task_and_of_the_command_that_it_started_what_that_read_and_wrote(story):
    told = [json.loads(line) for line in (story.server.folder / "lineage").read_text("utf-8").splitlines()]
    ended = {event["job"]["name"]: event for event in told if event["eventType"] == "COMPLETE"}
    for task, job in (("land_events.land", "land"), ("materialize_views.run", "run")):
        parent = ended[job]["run"]["facets"]["parent"]
        assert (parent["job"]["name"], parent["run"]["runId"]) == (task, ended[task]["run"]["runId"])
    assert [one["name"].rpartition("/")[2] for one in ended["land"]["outputs"]] == ["log"]
    assert "newsfeed" in {one["name"].rpartition("/")[2] for one in ended["run"]["outputs"]}


def test_triggers_at_once_make_one_release(story, capsys):
    story.put(1)
    runs = [story.client.trigger("land_events"), story.client.trigger("land_events")]
    more = [story.client.trigger("materialize_views"), story.client.trigger("materialize_views")]
    assert {story.client.ended("land_events", run) for run in runs} == {"success"}
    assert {story.client.ended("materialize_views", run) for run in more} == {"success"}
    story.quiet()
    assert (releases(story, capsys), newest(story, capsys)) == ([1, 2], "post 2000000")


def test_a_run_that_is_cleared_and_run_again_publishes_nothing(story, capsys):
    for dag in ("land_events", "materialize_views"):
        run = story.first_run_of(dag)
        story.client.clear(dag, run)
        assert story.client.ended(dag, run) == "success"
    story.quiet()
    assert releases(story, capsys) == [1, 2]


def test_a_backfill_of_three_days_lands_what_is_there_once(story, capsys):
    story.put(1)
    before = story.ids("land_events")
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = {"from_date": day - timedelta(days=5), "to_date": day - timedelta(days=3)}
    dates = {name: time.isoformat() for name, time in asked.items()}
    story.client.post("/backfills", {"dag_id": "land_events", "max_active_runs": 3, "run_backwards": False, **dates})
    filled = until(lambda: _three(story.ids("land_events") - before), 60, lambda: str(story.ids("land_events")))
    assert {story.client.ended("land_events", run) for run in filled} == {"success"}
    story.quiet()
    assert (releases(story, capsys), newest(story, capsys)) == ([1, 2, 3], "post 3000000")


def _three(runs):
    return runs if len(runs) == 3 else None


def test_a_scheduler_that_is_killed_in_the_middle_of_a_run_goes_on_where_it_was(story, capsys):
    story.put(200_000)
    before = story.ids("materialize_views")
    story.client.trigger("land_events")
    run = story.next_run_of("materialize_views", before)
    until(
        lambda: story.client.states("materialize_views", run)["run"] == "running" or None,
        60,
        lambda: str(story.client.states("materialize_views", run)),
    )
    story.server.process("scheduler").kill()
    story.server.launch("scheduler")
    assert story.client.ended("materialize_views", run) == "success"
    assert story.client.tasks("materialize_views", run)["run"]["try_number"] == 2
    story.quiet()
    assert (releases(story, capsys), newest(story, capsys)) == ([1, 2, 3, 4], "post 4199999")
    assert story.client.asset_events("newsfeed")[0]["extra"]["release"] == 4
