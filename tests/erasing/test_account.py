"""What an erasure leaves: a record that a change of it shows, and certificates with which all commands go on."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from pipelines.erasing import erase as steps
from pipelines.erasing.erase import UnknownPerson, erase
from pipelines.erasing.preview import foresee
from pipelines.log.certificate import counted, parsed
from pipelines.log.continuity import GivenUp, events_of
from pipelines.log.erasures import Erasures, erasures
from pipelines.log.landings import landings, newest
from pipelines.releases.release import ExpiredRelease, last_release
from pipelines.repair import beside, damage
from pipelines.repair.relanding import land_again
from pipelines.runs.rollback import roll_back_to
from pipelines.storage import delta
from pipelines.verification import quick
from pipelines.verification.rebuild import verify
from tests.erasing.worlds import CLOCK, FOREIGN, MARK, PERSON, rows_of_log, told
from tests.landing.lines import rows_of
from tests.releases.worlds import VIEWS, releases, served


def test_two_records_are_left_of_each_person(erased):
    lake, _ = erased
    records = erasures(lake).records
    assert [(one.step, one.user_id) for one in records] == [
        ("begun", PERSON),
        ("begun", FOREIGN),
        ("finished", PERSON),
        ("finished", FOREIGN),
    ]
    person = records[2]
    assert person.counts == {"post_edited": 1, "posted": 3, "profile_changed": 1, "registered": 1}
    assert (len(person.lines), person.names, person.reason) == (7, 0, "ticket 1")
    assert (len(records[3].lines), records[3].names) == (1, 2)
    before, after = (parsed(records[at].certificate) for at in (0, 3))
    assert counted(before) == counted(after)
    assert before != after


def test_a_record_that_was_changed_or_taken_away_is_noticed(erased):
    records = erasures(erased[0]).records
    assert Erasures(records).broken() is None
    for at, one in enumerate(records):
        assert Erasures((*records[:at], replace(one, reason="none"), *records[at + 1 :])).broken() is not None
    for at in range(len(records) - 1):
        assert Erasures((*records[:at], *records[at + 1 :])).broken() is not None


def test_the_log_and_the_last_release_verify(erased, engine):
    lake, _ = erased
    last = last_release(lake)
    assert [one.told for one in quick.verify(lake, last) if not one.is_right] == []
    assert [one.told for one in verify(lake, last, engine, 1 << 28) if not one.is_right] == []


def test_lines_that_were_erased_are_not_told_of_as_lost(erased):
    lake, _ = erased
    assert beside.of(lake) == {}


def test_the_commit_says_what_it_took_and_what_it_put_instead(erased):
    lake, _ = erased
    log = delta.find(lake.log)
    (of,) = [one for one in landings(lake.log, log) if one.erased is not None]
    taken, put = of.erased
    assert counted(taken) == counted(put) == 8
    assert set(taken) == {"post_edited", "posted", "profile_changed", "registered"}
    assert newest(lake.log, log).total == of.total


def test_events_of_a_file_that_is_lost_come_back_erased(erased, copy, engine, given):
    lake = copy(erased[0])
    before = rows_of_log(lake)
    (file,) = {file for file in DeltaTable(lake.log).file_uris() if "e42-name" in ids_in(file)}
    Path(file).unlink()
    found = land_again(lake, engine, damage.of_log(lake), {}, [given["first"][0]], "events")
    assert (found.missing, found.landing.landed) == ({}, 8)
    brought = ("landing", "ingestion_time", "ingestion_date")
    same = [
        {name: {**row, **dict.fromkeys(brought)} for name, row in rows.items()} for rows in (before, rows_of_log(lake))
    ]
    assert same[0] == same[1]
    assert list(told(lake, MARK)) == []


def ids_in(file):
    return pq.read_table(file, columns=["event_id"])["event_id"].to_pylist()


def test_releases_of_before_are_gone_and_say_so(erased):
    lake, _ = erased
    assert releases(lake) == [3]
    with pytest.raises(ExpiredRelease):
        roll_back_to(lake, 2)


def test_a_release_that_a_run_made_of_the_log_before_is_not_gone_on_from(before, copy, engine, monkeypatch):
    lake, last = copy(before), last_release(before)
    monkeypatch.setattr(steps, "run", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        erase(lake, engine, [PERSON], "ticket 1")
    with pytest.raises(GivenUp):
        events_of(lake, last)
    monkeypatch.undo()
    assert erase(lake, engine, [PERSON], "ticket 1").release == 3
    assert list(told(lake, f"{MARK}user", f"{MARK}text")) == []


def test_views_have_all_rows_but_for_names_and_texts(erased, before):
    lake, _ = erased
    there, here = served(before), served(lake)
    assert {name for name in VIEWS if there[name] != here[name]} == {
        "views/profile",
        "views/posts",
        "views/user_directory",
    }
    assert len(there["views/posts"]) == len(here["views/posts"])


def test_what_is_foreseen_is_what_is_done(before, erased):
    found = foresee(before, [PERSON, FOREIGN])
    done = {one.user_id: one for one in erased[1].records}
    for user, person in found.found.persons.items():
        assert (person.events, person.lines, person.names) == (
            done[user].counts,
            len(done[user].lines),
            done[user].names,
        )
    assert (found.files, found.releases) == (4, (1, 2))


def test_once_more_nothing_is_done_and_of_nobody_it_is_said(erased, copy, engine):
    lake = copy(erased[0])
    before = rows_of(lake.erasures, "number"), releases(lake), delta.find(lake.log).version()
    assert erase(lake, engine, [PERSON], "again").records == ()
    assert (rows_of(lake.erasures, "number"), releases(lake), delta.find(lake.log).version()) == before
    with pytest.raises(UnknownPerson, match="no event, no line in quarantine and no name of user 999"):
        erase(lake, engine, [999], "nobody", clock=CLOCK)
    assert json.loads(rows_of(lake.erasures, "number")[0]["events"])
