"""What a lake says once all is released, whatever brought it there."""

from pipelines.log.certificate import by_type
from pipelines.log.landings import total_at
from pipelines.runs.run import run
from tests.landing.lines import rows_of


def world(lake, engine):
    """Number and hash of the log's events by type, which lines are in quarantine, and rows and hash of each view."""
    release = run(lake, engine).release
    views = {name: (one.rows, one.content_hash) for name, one in release.tables.items() if name.startswith("views/")}
    return by_type(total_at(lake.log)), {row["raw"] for row in rows_of(lake.quarantine)}, views
