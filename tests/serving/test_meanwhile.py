"""What others do to the log meanwhile: it lands, is erased of, and compacted, and answers hold all the same."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.erasing.erase import erase
from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import maintain
from pipelines.runs.run import run
from pipelines.serving.intake.deciding import Kind
from pipelines.storage import delta
from tests.landing.lines import counts, line, rows_of


@pytest.fixture
def land_once_looked(taking, land_file, monkeypatch):
    """A function that lets lines land right after the log was asked, before it is decided."""
    look = taking.intake._log.look

    def on_next_look(*lines):
        left = [lines]

        def looked(ids, actors=()):
            found = look(ids, actors)
            if left:
                land_file(*left.pop())
            return found

        monkeypatch.setattr(taking.intake._log, "look", looked)

    return on_next_look


def test_what_landed_after_the_log_was_asked_is_known_when_it_is_decided(taking, land_once_looked):
    land_once_looked(line("e-1"))
    assert taking.kinds(line("e-1")) == ["again"]
    land_once_looked(line("e-2", actor_id=6))
    assert taking.take(line("e-2")).kind is Kind.CONFLICT


def test_a_number_is_compared_with_what_landed_after_the_log_was_asked(taking, land_once_looked):
    land_once_looked(line("e-1"))
    told = taking.take(line("e-2"), expected=0)
    assert (told.kind, told.present) == (Kind.CHANGED, 1)


def test_of_a_person_who_was_erased_what_differs_in_nothing_else_is_the_same(taking, land_file, lake, engine):
    land_file(line("e-1", "posted"), line("e-2", "posted", post_id=10))
    run(lake, engine)
    assert taking.take(line("e-1", "posted", text="another")).kind is Kind.CONFLICT
    erase(lake, engine, [5], "ticket")
    assert taking.kinds(line("e-1", "posted"), line("e-2", "posted", post_id=10)) == ["again"] * 2
    assert taking.kinds(line("e-1", "posted", text="another")) == ["again"]
    assert taking.take(line("e-1", "posted", post_id=11)).kind is Kind.CONFLICT
    assert taking.kinds(line("e-3", "posted", post_id=12)) == ["taken"]
    assert taking.kinds(line("e-3", "posted", post_id=12, text="another")) == ["again"]
    taking.seal()
    assert counts(taking.land())[1:] == (1, 0, 0, 0)
    assert taking.number(5) == 3


def test_compacted_the_log_has_as_many_events_of_an_actor(taking, land_file, lake):
    for number in range(10):
        land_file(line(f"e-{number}"))
        assert taking.number(5) == number + 1
    files = len(delta.paths(delta.find(lake.log)))
    maintain(lake, Limits(3), execute=True, clock=datetime.now(UTC) + timedelta(days=3))
    assert len(delta.paths(delta.find(lake.log))) < files
    assert taking.number(5) == 10
    assert taking.kinds(line("e-3")) == ["again"]
    assert len(rows_of(lake.log, "event_id")) == 10
