"""A task is tried again after what may pass and not after what does not; who is called is told what is needed."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.dags.airflows import airflow, of_views
from tests.servers.processes import free_port


class Pager(BaseHTTPRequestHandler):
    """Keeps the texts that are sent to it."""

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        self.server.texts.append(json.loads(self.rfile.read(size))["text"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def pager():
    with HTTPServer(("127.0.0.1", 0), Pager) as server:
        server.texts = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def alerts_to(pager):
    address = f"http://127.0.0.1:{pager.server_port}/page"
    return {"AIRFLOW_CONN_NEWSFEED_ALERTS": json.dumps({"conn_type": "generic", "password": address})}


@pytest.fixture(scope="module")
def away(tmp_path_factory, pager):
    """Runs on a lake whose server is not there, and what was told of them."""
    home = tmp_path_factory.mktemp("away")
    root = f"hdfs://127.0.0.1:{free_port()}/lake"
    orders = ("land_events", 'backfill_views {"view": "newsfeed", "cap": 5}')
    runs = airflow(home, "fill", *orders, NEWSFEED_ROOT=root, **alerts_to(pager))["runs"]
    return runs, list(pager.texts)


def test_a_server_that_is_away_may_be_back_so_the_task_is_tried_again(away):
    (landing, _), _ = away
    assert (landing["tasks"], landing["tries"]["land"]) == ({"land": "failed", "announce": "upstream_failed"}, 2)


def test_a_wrong_use_stays_wrong_so_the_task_is_not_tried_again(away):
    (_, backfill), _ = away
    assert (backfill["tasks"]["plan"], backfill["tries"]["plan"]) == ("failed", 1)


def test_who_is_called_is_told_once_which_task_which_try_what_was_said_and_what_to_do(away):
    _, (landing, backfill) = away
    assert landing.startswith("land_events: land failed in try 2, run manual__")
    assert "Connection refused" in landing
    assert "When it fails, nothing is lost, the files stay in the inbox" in landing
    assert backfill.startswith("backfill_views: plan failed in try 1")
    assert "--view: expected no policy" in backfill


def test_a_run_on_a_damaged_log_is_not_tried_again_and_no_view_is_told_of(runs):
    run = runs["unread"]
    assert (run["state"], run["tries"]["run"], run["assets"]) == ("failed", 1, {})
    assert set(of_views(run).values()) == {"failed"}


def test_the_view_at_which_a_run_failed_is_failed_in_the_group_and_the_others_are_skipped(found):
    blamed = found["blamed"]
    assert {view for view, told in blamed.items() if told != "AirflowSkipException"} == {"posts"}
    assert blamed["posts"] == "AirflowFailException"
