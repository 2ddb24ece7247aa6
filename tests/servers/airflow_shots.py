"""The pictures of docs/airflow.md, taken of the demo's Airflow in a real browser."""

import json
import sys
import time
from pathlib import Path

from pipelines.errors import NewsfeedError
from tests.servers import command
from tests.servers.airflow import PROJECT, Airflow
from tests.servers.airflow_client import Client
from tests.servers.browser import Page, browser

DOCS = PROJECT / "docs"
SETTLES = 3
"""Seconds in which a graph is laid out, once its names are there."""
DAG = "materialize_views"


def main() -> int:
    """Take them all."""
    url = Airflow((command.STATE / "airflow").absolute()).url
    try:
        client = Client(url)
        run = max(client.runs(DAG), key=lambda one: str(one["start_date"]))["dag_run_id"]
        asset = client.asset_events("newsfeed")[0]["asset_id"]
        with browser(1280, 860) as page:
            page.open(f"{url}/auth/token/login?next={url}/dags")
            page.wait_for(DAG)
            remember(page, "default_dag_view", "graph")
            remember(page, f"{DAG}/open-groups", ["views"])
            take(page, f"{url}/dags/{DAG}/runs/{run}", "airflow-dag.png", "newsfeed", "released")
            take(page, f"{url}/assets/{asset}", "airflow-asset.png", "newsfeed", DAG)
            remember(page, f"{DAG}/open-groups", [])
            remember(page, f"dependencies-{DAG}", "all")
            take(page, f"{url}/dags/{DAG}", "airflow-lineage.png", "newsfeed_log", "land_events")
    except (NewsfeedError, OSError) as fault:
        sys.stderr.write(f"error: {fault}\n")
        return 1
    return 0


def remember(page: Page, name: str, value: object) -> None:
    """Let the browser keep what a person chose on a page."""
    page.run(f"localStorage.setItem({json.dumps(name)}, JSON.stringify({json.dumps(value)}))")


def take(page: Page, url: str, name: str, *shown: str) -> None:
    """Take a picture of a page once it shows some words."""
    page.open(url)
    page.wait_for(*shown)
    time.sleep(SETTLES)
    page.run("document.querySelector('.react-flow__minimap')?.remove()")
    page.picture(Path(DOCS / name))


if __name__ == "__main__":
    sys.exit(main())
