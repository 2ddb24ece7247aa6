"""What a maintained lake has, which must be what it had before."""

from pathlib import Path

from pipelines.log.landings import newest
from pipelines.storage import delta
from tests.landing.lines import rows_of
from tests.releases.worlds import contents, served


def log_files(lake):
    return len(list(Path(lake.log).glob("ingestion_date=*/*.parquet")))


def post_files(lake):
    return len(list(Path(lake.view("posts")).glob("*.parquet")))


def kept(lake):
    """All that the last three releases hold and serve, and the whole log."""
    last = range(-3, 0)
    served_rows = [served(lake, number) for number in last]
    return [contents(lake, number) for number in last], served_rows, rows_of(lake.log, "event_id")


def certificate(lake):
    return newest(lake.log, delta.find(lake.log))
