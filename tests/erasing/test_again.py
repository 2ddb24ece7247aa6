"""What lands after an erasure: the same again, late events, faulty lines, and what the person does from then on."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.landing import rejects
from pipelines.landing.land import land
from pipelines.landing.readmission import readmit
from pipelines.log.erasures import erasures
from pipelines.runs.run import run
from tests.adapters.bluesky import ADA, create
from tests.erasing.worlds import CLOCK, FOREIGN, LONG, MARK, PERSON, add_late, land_one, rows_of_log, told
from tests.landing.lines import file_of, line, quarantined
from tests.releases.worlds import contents

AFTER = "2099-01-01T00:00:00Z"


@pytest.fixture
def lake(erased, copy):
    return copy(erased[0])


@pytest.fixture
def lines(lake, engine, tmp_path):
    """A function that lands lines; what became of them."""

    def landed(*given, form="events", clock=CLOCK, name="more"):
        return land(lake, engine, [file_of(tmp_path / name, *given)], format_name=form, clock=clock)

    return landed


def test_the_same_sources_bring_nothing_back(lake, engine, given):
    before = quarantined(lake), contents(lake), rows_of_log(lake)
    for source in given.values():
        assert (land_one(lake, engine, source).landed, land_one(lake, engine, source).newly_quarantined) == (0, 0)
    run(lake, engine, rebuild=True)
    assert (quarantined(lake), contents(lake), rows_of_log(lake)) == before
    assert list(told(lake, MARK, ADA)) == []


def test_under_other_names_too_and_no_line_is_kept(lake, engine, given, tmp_path):
    for name, (file, form) in given.items():
        other = tmp_path / f"other-{name}"
        other.write_bytes(Path(file).read_bytes())
        assert land_one(lake, engine, (str(other), form)).landed == 0
    assert list(told(lake, MARK, ADA)) == []


def test_late_events_are_erased_whoever_brings_them(lake, engine, lines):
    lines(
        line(
            "e42-very-late",
            "posted",
            actor_id=PERSON,
            post_id=44,
            text=f"{MARK}late",
            event_time="2020-01-01T00:00:00Z",
        )
    )
    foreign = create("post", "k9", text=f"{MARK}late", langs=["de"])
    assert lines(foreign, form="jetstream", name="foreign").landed == 1
    assert list(told(lake, MARK, ADA)) == []
    assert rows_of_log(lake)["e42-very-late"]["text"] == ""
    land_more = rows_of_log(lake)["e42-more"]
    assert (land_more["text"], land_more["username"]) == ("", None)
    add_late(lake, "e42-other-tool")
    run(lake, engine, clock=CLOCK)
    assert rows_of_log(lake)["e42-other-tool"]["text"] == ""


def test_faulty_lines_that_come_later_are_not_kept_unless_of_a_later_time(lake, lines):
    faulty = {"event_type": "posted", "actor_id": PERSON, "post_id": 1, "color": "red"}
    lines(line("e42-late-odd", **faulty, text=f"{MARK}odd"))
    assert list(told(lake, MARK)) == []
    lines(line("e42-later-odd", **faulty, text="Later odd", event_time=AFTER), name="later")
    assert any(b"Later odd" in row.get("raw", b"") for row in quarantined(lake))


def test_what_the_person_does_from_then_on_is_as_of_any_other(lake, engine, lines):
    until = max(erasures(lake).until.values())
    clock = CLOCK.fromtimestamp(until / 1e6 + 3600, CLOCK.tzinfo)
    times = {"event_time": (clock - timedelta(minutes=1)).isoformat()}
    new = {"username": "back", "first_name": "Back", "last_name": "Again"}
    lines(line("e42-back", "profile_changed", actor_id=PERSON, **new, **times), clock=clock)
    run(lake, engine, clock=clock)
    assert rows_of_log(lake)["e42-back"]["username"] == "back"
    assert list(told(lake, MARK)) == []


def test_lines_that_are_gone_are_not_tried_again(lake, engine, monkeypatch):
    monkeypatch.setattr(rejects, "INLINE", LONG)
    before = quarantined(lake)
    assert all(landing.landed == 0 for landing in readmit(lake, engine, CLOCK))
    assert quarantined(lake) == before


def test_nobody_else_is_erased(lake, before):
    others = {name: row for name, row in rows_of_log(before).items() if row["actor_id"] not in (PERSON, FOREIGN)}
    found = {name: row for name, row in rows_of_log(lake).items() if row["actor_id"] not in (PERSON, FOREIGN)}
    assert found == others
