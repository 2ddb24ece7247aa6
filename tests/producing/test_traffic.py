"""What comes of acts: every event, some twice, late or behind others, and records that are none, as the shares say."""

import json
from collections import Counter
from datetime import datetime
from itertools import chain, islice

import pytest

from pipelines.clock import micros
from pipelines.landing.land import land
from pipelines.producing.lines import FAULTS
from pipelines.producing.traffic import FARTHEST, LATEST, MINUTE, Shares, Traffic
from tests.landing.lines import CLOCK

STEP, BEGIN = 1000, 1_700_000_000_000_000
ACTS = 20_000
ALL = Shares(duplicates=0.02, late=0.03, unordered=0.04, poison=0.05, tombstones=0.01)


def records(shares=ALL, seed=7, acts=ACTS):
    traffic = Traffic(500, seed, shares, lambda number: BEGIN + STEP * number)
    return [*chain.from_iterable(islice(traffic.records(), acts)), *traffic.rest()]


@pytest.fixture(scope="module")
def made():
    return records()


def place_of(record):
    """The number of the act of which a record is."""
    return int(json.loads(record.value)["event_id"].partition("-")[2], 16)


def time_of(record):
    """When its event happened, in steps after the first."""
    time = datetime.fromisoformat(json.loads(record.value)["event_time"])
    return (micros(time) - BEGIN) / STEP


def of(made, kind):
    return [record for record in made if record.kind == kind]


def test_the_same_seed_makes_the_same_records():
    first, again, other = (records(seed=seed, acts=ACTS // 4) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_every_act_comes_once_as_an_event_in_time_late_or_behind_others(made):
    kinds = Counter(record.kind for record in made)
    own = [record for record in made if record.kind in {"event", "late", "unordered"}]
    assert sorted(map(place_of, own)) == list(range(ACTS))
    shares = {"late": ALL.late, "unordered": ALL.unordered, "duplicate": ALL.duplicates, "tombstone": ALL.tombstones}
    for kind, share in shares.items():
        assert abs(kinds[kind] / ACTS - share) < 0.005, kind
    assert abs(sum(kinds[fault] for fault in FAULTS) / ACTS - ALL.poison) < 0.005
    assert all(kinds[fault] for fault in FAULTS)


def test_a_key_is_the_user_who_did_it(made):
    assert {record.key for record in made if record.kind == "tombstone"} <= {record.key for record in made}
    assert all(record.key == str(json.loads(record.value)["actor_id"]) for record in of(made, "event"))


def test_late_events_are_dated_back_and_no_others(made):
    for record in of(made, "event") + of(made, "unordered"):
        assert time_of(record) == place_of(record)
    late = [(place_of(record) - time_of(record)) * STEP for record in of(made, "late")]
    assert MINUTE <= min(late) < 2 * MINUTE
    assert LATEST / 2 * MINUTE < max(late) <= LATEST * MINUTE


def test_unordered_events_come_behind_later_ones_and_others_in_their_order(made):
    own = [place_of(record) for record in made if record.kind in {"event", "late"}]
    assert own == sorted(own)
    newest, behind = 0, []
    for record in made:
        if record.kind == "event":
            newest = place_of(record)
        elif record.kind == "unordered":
            behind.append(newest - place_of(record))
    assert sum(far > 0 for far in behind) > 0.9 * len(behind)
    assert sorted(behind)[len(behind) // 2] < FARTHEST / 10
    assert FARTHEST / 2 < max(behind) <= FARTHEST


def test_duplicates_have_the_bytes_of_another_record(made):
    values = Counter(record.value for record in made)
    assert all(values[record.value] > 1 for record in of(made, "duplicate"))


def test_without_shares_there_are_just_the_events(made):
    plain = records(Shares(), acts=2000)
    assert {record.kind for record in plain} == {"event"}
    assert [place_of(record) for record in plain] == list(range(2000))


def test_all_events_land_once_and_all_poison_goes_to_quarantine(made, lake, engine, tmp_path):
    file = tmp_path / "lines"
    file.write_bytes(b"".join((record.value or b"") + b"\n" for record in made))
    landing = land(lake, engine, [str(file)], clock=CLOCK)
    poison = [record for record in made if record.kind in FAULTS and record.value]
    assert (landing.landed, landing.duplicates) == (ACTS, len(of(made, "duplicate")))
    assert landing.quarantined == len(poison)


def test_a_tombstone_has_a_key_and_no_value(made):
    assert {(record.value, bool(record.key)) for record in of(made, "tombstone")} == {(None, True)}
