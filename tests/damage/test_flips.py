"""A bit flipped anywhere in a data file: it is told by the file's name, or it is where nothing is read."""

import pytest

from pipelines.events.log import LOG_FILE
from pipelines.landing import quarantine
from pipelines.reading.reader import Reader, newsfeed
from pipelines.reading.searching import find
from pipelines.releases.release import all_releases
from pipelines.storage import datafiles, logfiles
from tests.damage.flips import outcomes

FLIPS = 100


def rows(path):
    return lambda: datafiles.read(str(path), None).to_pylist()


@pytest.mark.parametrize("table", ["log", "quarantine", "releases", "relations/posts", "views/newsfeed"])
def test_rows_are_as_written_or_refused(file_in, table):
    path = file_in(table)
    assert outcomes(path, FLIPS, rows(path))["told"] > FLIPS // 2


def test_events_of_the_log_are_as_written_or_refused(file_in):
    path = file_in("log")
    names = LOG_FILE.names
    read = lambda: [(kind, some.to_pylist()) for kind, some in logfiles.by_type(str(path), lambda _: names)]  # noqa: E731
    assert outcomes(path, FLIPS, read)["told"] > FLIPS // 2


def test_sql_over_a_view_is_as_written_or_refused(file_in, undamaged):
    reader = Reader.of(undamaged)
    read = lambda: reader.rows("SELECT * FROM newsfeed ORDER BY reader_id, position", "newsfeed")  # noqa: E731
    assert outcomes(file_in("views/newsfeed"), FLIPS, read) == {"told": FLIPS}


@pytest.mark.parametrize("view", ["newsfeed", "posts", "profile"])
def test_a_newsfeed_is_as_written_or_refused(file_in, undamaged, view):
    read = lambda: newsfeed(Reader.of(undamaged), 2, 5)  # noqa: E731
    assert outcomes(file_in(f"views/{view}"), FLIPS, read)["told"] > FLIPS // 3


def test_people_are_found_as_written_or_not(file_in, undamaged):
    read = lambda: find(Reader.of(undamaged), "u1", 5)  # noqa: E731
    assert outcomes(file_in("views/user_directory"), FLIPS, read) == {"told": FLIPS}


def test_releases_are_as_recorded_or_refused(file_in, undamaged):
    assert outcomes(file_in("releases"), FLIPS, lambda: all_releases(undamaged)) == {"told": FLIPS}


def test_the_quarantine_is_as_written_or_refused(file_in, undamaged):
    read = lambda: [batch.to_pylist() for batch in quarantine.rows_of(undamaged)]  # noqa: E731
    assert outcomes(file_in("quarantine"), FLIPS, read)["told"] > FLIPS // 2
