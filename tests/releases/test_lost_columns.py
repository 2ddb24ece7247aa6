"""A column that a table loses is gone from its next release on; the releases of before have it."""

from dataclasses import replace

import pyarrow as pa
import pytest

from pipelines.reading.reader import Reader
from pipelines.runs.run import run
from pipelines.tables import Column
from pipelines.views import user_timeline
from tests.releases.worlds import releases, served

TIMELINE = user_timeline.USER_TIMELINE
NUMBERED = replace(TIMELINE, columns=(*TIMELINE.columns, Column("position", "int", "1 is the newest")))


@pytest.fixture
def before(undisturbed, engine, copy, monkeypatch):
    """A lake of before the timelines lost their positions."""
    lake, view = copy(undisturbed), user_timeline.VIEW

    def numbered(bucket, inputs):
        for batch in view.merge(bucket, inputs):
            yield batch.append_column("position", pa.array(range(1, len(batch) + 1), pa.int32()))

    with monkeypatch.context() as earlier:
        earlier.setattr(user_timeline, "VIEW", replace(view, table=NUMBERED, merge=numbered, version=1))
        run(lake, engine)
    return lake


def columns_of(lake, release=None):
    (row, *_) = Reader.of(lake, release).rows("SELECT * FROM user_timeline", "user_timeline")
    return set(row)


def test_a_lake_of_before_gets_timelines_without_positions_and_says_so(before, undisturbed, engine):
    assert columns_of(before) == set(NUMBERED.names)
    assert run(before, engine).reason == "changed: views/user_timeline"
    assert columns_of(before) == set(TIMELINE.names)
    assert served(before) == served(undisturbed)
    assert columns_of(before, releases(before)[-2]) == set(NUMBERED.names)
