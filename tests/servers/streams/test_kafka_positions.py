"""How far a topic is read moves with what landed of it, and stays so whatever becomes of the log."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.erasing.erase import erase
from pipelines.landing.land import positions_of
from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import maintain
from pipelines.repair import damage
from pipelines.repair.relanding import land_again
from pipelines.runs.run import run
from pipelines.storage import delta
from tests.damage.test_repair import flip
from tests.landing.lines import CLOCK, counts, file_of, ids, line
from tests.releases.worlds import contents, deeds
from tests.servers.streams.topics import fill, position, read_to

pytestmark = pytest.mark.servers


@pytest.fixture
def landed(kafka, topic, lake, land):
    """The URL of a topic of which two landings brought deeds, eight each."""
    for number in (1, 2):
        fill(kafka, topic, deeds(30, number), partition=number)
        land(kafka.url(topic))
    return kafka.url(topic)


def test_it_moves_behind_records_that_were_there_already_or_do_not_fit(kafka, topic, lake, land, tmp_path):
    land(file_of(tmp_path / "a", line("e-1")))
    for value, found in ((line("e-1"), (1, 0, 1, 0, 0)), (b"{poison", (1, 0, 0, 1, 1))):
        fill(kafka, topic, [value], partition=1)
        assert counts(land(kafka.url(topic))) == found
        assert counts(land(kafka.url(topic))) == (0, 0, 0, 0, 0)
    assert read_to(lake) == {0: 0, 1: 2, 2: 0}


def test_it_moves_behind_poison_before_anything_landed(kafka, topic, lake, land):
    fill(kafka, topic, [b"{poison"], partition=0)
    assert counts(land(kafka.url(topic))) == (1, 0, 0, 1, 1)
    assert read_to(lake) == {0: 1, 1: 0, 2: 0}


def test_where_nothing_came_nothing_is_committed(landed, lake, land):
    before = DeltaTable(lake.log).version()
    land(landed)
    assert DeltaTable(lake.log).version() == before


def test_it_stays_with_what_files_and_other_topics_bring(landed, kafka, lake, land, tmp_path):
    before = positions_of(lake)
    kafka.create_topic("beside")
    fill(kafka, "beside", [line("e-1")])
    land(file_of(tmp_path / "a", line("e-2")), kafka.url("beside"))
    found = positions_of(lake)
    assert (len(found), found | before) == (2, found)


def test_it_stays_when_the_log_is_compacted_and_releases_expire(landed, lake, engine, land):
    before = position(lake)
    run(lake, engine, clock=CLOCK)
    for hours in (0, 2):
        maintain(lake, Limits(1), execute=True, clock=datetime.now(UTC) + timedelta(hours=hours))
    assert len(delta.paths(delta.find(lake.log))) == 1
    assert (position(lake), land(landed).lines) == (before, 0)


def test_it_stays_when_a_person_is_erased_of_whom_more_lands_without_what_is_personal(
    landed, kafka, topic, lake, engine, land
):
    before = position(lake)
    run(lake, engine, clock=CLOCK)
    erase(lake, engine, [2], "ticket 1")
    assert position(lake) == before
    erased = contents(lake)
    fill(kafka, topic, deeds(30, 1), partition=0)
    assert (land(landed).landed, read_to(lake)) == (0, {0: 8, 1: 8, 2: 8})
    run(lake, engine, rebuild=True)
    assert contents(lake) == erased


def test_a_repair_lands_from_the_beginning_what_was_damaged_and_it_stays(landed, lake, engine, land):
    before = position(lake)
    run(lake, engine, clock=CLOCK)
    flip(Path(lake.log, delta.paths(delta.find(lake.log))[0]))
    assert land_again(lake, engine, damage.of_log(lake), {}, [landed], "events").is_whole
    assert (position(lake), land(landed).lines, len(ids(lake))) == (before, 0, 16)
    assert run(lake, engine, clock=CLOCK).release.events == 16


def test_a_log_that_was_restored_is_read_on_from_where_it_was_then(landed, lake, engine, land):
    run(lake, engine, clock=CLOCK)
    DeltaTable(lake.log).restore(DeltaTable(lake.log).version() - 1)
    assert read_to(lake) == {0: 0, 1: 8, 2: 0}
    assert (land(landed).landed, len(ids(lake)), read_to(lake)) == (8, 16, {0: 0, 1: 8, 2: 8})


def test_it_stays_when_a_run_takes_the_log_as_it_is(landed, lake, engine, land):
    run(lake, engine, clock=CLOCK)
    DeltaTable(lake.log).restore(DeltaTable(lake.log).version() - 1)
    before = position(lake)
    run(lake, engine, clock=CLOCK, accept_log=True)
    assert position(lake) == before
    assert (land(landed).landed, len(ids(lake))) == (8, 16)
