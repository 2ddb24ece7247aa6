"""Data files that other tools took away: who reads says which, and what to do."""

from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.reading.exporting import export_view
from pipelines.reading.people import page
from pipelines.reading.reader import LostView, Reader, newsfeed
from pipelines.reading.searching import find

READERS = {
    "newsfeed": lambda reader, _: newsfeed(reader, 1, 10),
    "profile": lambda reader, _: page(reader, 1, 10),
    "user_directory": lambda reader, _: find(reader, "u", 10),
    "posts": lambda reader, path: export_view(reader, "posts", f"{path}/posts.csv"),
    "post_stats": lambda reader, _: reader.result("SELECT count(likes) FROM post_stats"),
}


def data_files(place):
    return [Path(file.removeprefix("file://")) for file in DeltaTable(place).file_uris()]


@pytest.fixture
def lake(undisturbed, copy):
    return copy(undisturbed)


@pytest.mark.parametrize("view", READERS)
def test_whoever_reads_a_view_whose_file_is_gone_says_so(lake, tmp_path, view):
    (file,) = data_files(lake.view(view))
    file.unlink()
    with pytest.raises(LostView) as raised:
        READERS[view](Reader.of(lake), tmp_path)
    assert str(raised.value) == (
        f"view '{view}' of release 2 is gone, other tools took {file} away: "
        "`newsfeed repair` makes it again, as a new release"
    )


def test_a_release_that_was_vacuumed_is_told_of_and_the_last_one_serves(lake):
    DeltaTable(lake.view("profile")).vacuum(0, dry_run=False, enforce_retention_duration=False)
    with pytest.raises(LostView, match="of release 1 is gone, .* away: it is not made again, release 2 serves"):
        Reader.of(lake, 1).rows("SELECT * FROM profile", "profile")
    assert Reader.of(lake).rows("SELECT * FROM profile", "profile")
