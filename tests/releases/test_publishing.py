"""Tables of the last release that other tools took files away from, or cut off, are made again by the next run."""

import os
from pathlib import Path

import pytest

from pipelines.runs.run import run
from tests.releases.test_taken_away import data_files, lake
from tests.releases.worlds import contents, served

__all__ = ["lake"]


@pytest.mark.parametrize("names", [["views/newsfeed"], ["relations/timelines", "views/posts"]])
@pytest.mark.parametrize("harm", [Path.unlink, lambda file: os.truncate(file, 100)])
def test_a_run_makes_what_is_gone_again(lake, undisturbed, engine, names, harm):
    for name in names:
        for file in data_files(f"{lake.root}/{name}"):
            harm(file)
    done = run(lake, engine)
    assert (done.published, done.reason) == (True, f"damaged: {', '.join(names)}")
    assert (served(lake), contents(lake)) == (served(undisturbed), contents(undisturbed))
    assert run(lake, engine).reason == "nothing new"


def test_a_run_for_a_new_landing_makes_what_is_gone_too(released, undisturbed, engine, copy):
    lake = copy(released)
    for file in data_files(lake.view("newsfeed")):
        file.unlink()
    assert run(lake, engine).reason == "landing 2 is new; damaged: views/newsfeed"
    assert served(lake) == served(undisturbed)


def test_a_run_of_one_view_makes_the_relations_that_are_gone(lake, undisturbed, engine):
    for file in data_files(lake.relation("users")):
        file.unlink()
    assert run(lake, engine, view="user_directory").published
    assert (served(lake), contents(lake)) == (served(undisturbed), contents(undisturbed))
