"""An erasure beside other commands: whatever they had read before, nothing comes back, and nobody's files are taken.

A run is tried at some of its steps, drawn by `SEED`; `ORDERS=500 pytest tests/erasing` tries all.
"""

from contextlib import suppress
from importlib import import_module
from random import Random

import pytest

from pipelines.erasing.erase import Unfinished, erase
from pipelines.landing import naming, quarantine
from pipelines.runs.run import run
from pipelines.storage.commits import Conflict
from tests.adapters.bluesky import ADA, create
from tests.erasing.worlds import CLOCK, FOREIGN, LONG, MARK, PERSON, land_one, rows_of_log, told
from tests.landing.lines import file_of, line
from tests.orders.conftest import ORDERS
from tests.releases.worlds import contents

STEPS = ["look", "roll_back", "build", "publish", "record"]
LAND, ATTEMPTS, RUN = (import_module(f"pipelines.{name}") for name in ("landing.land", "landing.attempts", "runs.run"))
FAULTY = line("e42-new-odd", "posted", actor_id=PERSON, post_id=46, text=f"{MARK}odd", color="red")
LONG_ONE = line("e42-new-long", "posted", actor_id=PERSON, post_id=46, text=f"{MARK}{'y' * LONG}", color="red")


@pytest.fixture
def erased_at(monkeypatch, engine):
    """A function that lets persons be erased when a step is taken for the first time; what was said then."""

    def erase_at(lake, owner, name, users=(PERSON, FOREIGN)):
        said, take = [], getattr(owner, name)

        def first(*args, **given):
            monkeypatch.setattr(owner, name, take)
            try:
                erase(lake, engine, users, "ticket 1")
            except Unfinished as fault:
                said.append(str(fault))
            return take(*args, **given)

        monkeypatch.setattr(owner, name, first)
        return said

    return erase_at


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (LAND, "land_chunks"),
        (ATTEMPTS, "resolve_names"),
        (quarantine, "_written"),
        (naming, "write_names"),
        (ATTEMPTS, "_commit"),
    ],
)
def test_a_landing_that_began_before_brings_nothing_back(before, copy, engine, erased_at, tmp_path, owner, name):
    lake = copy(before)
    said = erased_at(lake, owner, name)
    lines = [line("e42-new", "posted", actor_id=PERSON, post_id=45, text=f"{MARK}new"), FAULTY, LONG_ONE]
    for form, found in (("events", lines), ("jetstream", [create("post", "k5", text=f"{MARK}new")])):
        land_one(lake, engine, (file_of(tmp_path / form, *found), form))
    assert rows_of_log(lake)["e42-new"]["text"] == ""
    erase(lake, engine, [PERSON, FOREIGN], "ticket 1")
    assert len(said) == 1
    assert "files stay that commands may read which live here" in said[0]
    assert list(told(lake, MARK, ADA)) == []


def test_so_it_is_where_the_person_had_said_nothing_yet(before, copy, engine, erased_at, tmp_path):
    lake, silent = copy(before), 9
    land_one(lake, engine, (file_of(tmp_path / "silent", line("e9", actor_id=silent)), "events"))
    said = erased_at(lake, ATTEMPTS, "_commit", [silent])
    first = line("e9-first", "posted", actor_id=silent, post_id=48, text="the first one")
    land_one(lake, engine, (file_of(tmp_path / "first", first), "events"))
    assert len(said) == 1
    assert rows_of_log(lake)["e9-first"]["text"] == ""


def test_a_run_that_began_before_publishes_nothing_of_it(before, copy, engine, erased_at, tmp_path, seed):
    more = file_of(tmp_path / "more", line("e7-more", "posted", actor_id=7, post_id=47, text="more"))
    for name in Random(seed).sample(STEPS, min(len(STEPS), 2 * ORDERS)):
        lake = copy(before)
        land_one(lake, engine, (more, "events"))
        require_nothing_of_it(lake, engine, erased_at, name)


def require_nothing_of_it(lake, engine, erased_at, name):
    said = erased_at(lake, RUN, name)
    with suppress(Conflict):
        run(lake, engine, clock=CLOCK)
    erase(lake, engine, [PERSON, FOREIGN], "ticket 1")
    assert len(said) == (name != "look")
    assert list(told(lake, MARK, ADA)) == []
    made = contents(lake)
    run(lake, engine, rebuild=True)
    assert contents(lake) == made
