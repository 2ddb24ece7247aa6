"""The pipeline against data and a result that others made: LDBC's "recent messages by your friends"."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.cli import main
from pipelines.landing.land import land
from pipelines.reading.inspection import status_of
from pipelines.runs.run import run

LDBC = Path(__file__).parent.parent / "data" / "ldbc-snb-test"
SOURCES = [str(LDBC / "snapshot"), str(LDBC / "update_streams")]
POLICY = {"cap": 20, "own_posts": False, "replies": "all"}
TYPES = {"registered": 250, "followed": 2_028, "posted": 10_709, "liked": 2_857}


def landed_twice_and_run(engine, lake):
    """The two landings, after a run on an engine."""
    landings = [land(lake, engine, SOURCES, format_name="ldbc") for _ in range(2)]
    run(lake, engine, policy=POLICY)
    return landings


def exported(lake, file):
    """The exported newsfeed as the expected result has it: reader, position, post, author, milliseconds."""
    assert main(["export", "newsfeed", str(file), "--root", lake.root]) == 0
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    with file.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            assert row["reposter_id"] == ""
            entered = (datetime.fromisoformat(row["entered_at"]) - epoch) / timedelta(milliseconds=1)
            yield *(int(row[name]) for name in ("reader_id", "position", "post_id", "author_id")), entered


def expected():
    with (LDBC / "expected" / "recent_messages_of_friends.csv").open(newline="", encoding="utf-8") as lines:
        return [tuple(map(int, row)) for row in list(csv.reader(lines))[1:]]


def require_the_result_of_others(lake, landings, file):
    first, again = landings
    assert (first.landed, first.duplicates, first.quarantined) == (15_844, 0, 0)
    assert (again.landed, again.duplicates, again.quarantined, again.number) == (0, 15_844, 0, None)
    assert status_of(lake)["events_by_type"] == TYPES
    found = list(exported(lake, file))
    assert len(found) == 4_131
    assert found == expected()


def test_on_sail_the_newsfeed_is_what_the_ldbc_query_gives(lake, tmp_path, engine):
    require_the_result_of_others(lake, landed_twice_and_run(engine, lake), tmp_path / "newsfeed.csv")


def test_on_spark_the_newsfeed_is_what_the_ldbc_query_gives(lake, tmp_path, on_spark):
    landings = on_spark(landed_twice_and_run, lake)
    require_the_result_of_others(lake, landings, tmp_path / "newsfeed.csv")
