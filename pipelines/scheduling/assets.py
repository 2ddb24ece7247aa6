"""The assets: the log, which landings change, and each view, which releases change. Other DAGs go by their names."""

from pathlib import Path

from airflow.sdk import Asset

from pipelines.scheduling.settings import SETTINGS
from pipelines.views import VIEWS

GROUP = "newsfeed"


def address(place: str) -> str:
    """The URL of what is at a place below the root."""
    root = SETTINGS.root if "://" in SETTINGS.root else Path(SETTINGS.root).absolute().as_uri()
    return f"{root.rstrip('/')}/{place}"


LOG = Asset("newsfeed_log", uri=address("log"), group=GROUP)
VIEW_ASSETS = {view: Asset(view, uri=address(f"views/{view}"), group=GROUP) for view in VIEWS}
