"""An index of ids saves reading and changes nothing: whatever becomes of it, a landing does as by a dict of all events.

Where an index is missing, damaged or behind it is made again from the log, and that is told.
"""

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from pipelines.landing import id_compaction, id_index, writing
from pipelines.landing.id_index import Index, files_of
from pipelines.landing.id_words import IDS, hashes_of
from pipelines.landing.land import land as land_in
from pipelines.storage import delta, hash_runs
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, PAYLOADS, counts, file_of, ids, line

LACKED = "the index {} lacked {} of the log's {} files: it is made again from the log"


@pytest.fixture
def _small(monkeypatch):
    """Runs of many pages, added in portions and merged in slices, as those of millions of events."""
    monkeypatch.setattr(hash_runs, "PAGE", 2)
    monkeypatch.setattr(id_compaction, "AT_ONCE", 4)
    monkeypatch.setattr(id_index, "AT_ONCE", 6)


@pytest.fixture
def add(land, tmp_path):
    """Land events with these ids."""
    return lambda *names: land(file_of(tmp_path / "lines", *map(line, names)))


def runs(lake):
    return sorted(Path(lake.ids).glob("run-*"))


def candidates(lake, *names):
    """What would be read of the log to land events with these ids: row groups by file."""
    index = Index(lake.ids, IDS, lake.log, files_of(delta.find(lake.log)))
    return [groups.numbers for groups in index.candidates(np.sort(hashes_of(pa.array(names, pa.string()))))]


def test_what_did_not_land_before_is_looked_for_in_no_file(add, lake):
    add("a", "b")
    add("c")
    assert candidates(lake, "d", "e", "f") == []
    assert candidates(lake, "d", "c") == candidates(lake, "a", "b") == [[0]]
    assert candidates(lake, "a", "c") == [[0], [0]]


def test_a_landing_says_in_which_row_group_each_of_its_events_is(land, lake, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "LOG_FILE", replace(writing.LOG_FILE, row_group=3))
    lines = [line(f"{name}-{number}", name) for name in PAYLOADS for number in range(5)]
    land(file_of(tmp_path / "lines", *lines, *lines[:7]))
    (place,) = DeltaTable(lake.log).file_uris()
    with pq.ParquetFile(place) as file:
        groups = [file.read_row_group(number, ["event_id"])["event_id"].to_pylist() for number in range(8)]
    assert [len(group) for group in groups] == [3, 2] * 4
    assert [candidates(lake, name) for group in groups for name in group] == [
        [[number]] for number, group in enumerate(groups) for _ in group
    ]


def test_there_are_few_runs_and_each_event_is_in_one(add, lake):
    for number in range(16):
        add(f"e-{number}", f"f-{number}")
        assert len(runs(lake)) <= 5
    (run,) = map(hash_runs.Run, map(str, runs(lake)))
    assert (run.facts.count, len(run.facts.files)) == (32, 16)


def test_a_missing_index_is_made_again_and_that_is_told(add, lake):
    add("a")
    add("b")
    shutil.rmtree(lake.ids)
    assert candidates(lake, "x") == [None, None]
    landing = add("a", "b", "c")
    assert (counts(landing)[:3], landing.index) == ((3, 1, 2), (LACKED.format(lake.ids, 2, 2),))
    assert (candidates(lake, "x"), add("d").index) == ([], ())


def test_of_an_index_that_is_behind_it_is_told_from_three_commits_on(add, lake):
    add("a")
    kept = {run: run.read_bytes() for run in runs(lake)}
    for behind, told in ((2, ()), (3, (LACKED.format(lake.ids, 3, 6),))):
        for number in range(behind):
            add(f"{behind}-{number}")
        for run in runs(lake):
            run.unlink()
        for run, data in kept.items():
            run.write_bytes(data)
        landing = add(*(f"{behind}-{number}" for number in range(behind)))
        assert (counts(landing)[:3], landing.index) == ((behind, 0, behind), told)
        kept = {run: run.read_bytes() for run in runs(lake)}


@pytest.mark.parametrize("what", ["cut off", "empty", "a page", "the directory", "the facts", "zeros"])
def test_a_damaged_run_is_left_aside_and_its_files_are_indexed_again(add, lake, what):
    add(*(f"e-{number}" for number in range(300)))
    (run,) = runs(lake)
    data, facts = bytearray(run.read_bytes()), hash_runs.Run(str(run)).facts
    at = {"a page": 4, "the directory": facts.size - 12, "the facts": facts.size + 3}
    if what in at:
        data[at[what]] ^= 1
    run.write_bytes(
        {"cut off": data[:-5], "empty": b"", "zeros": bytes(facts.size) + data[facts.size :]}.get(what, data)
    )
    landing = add(*(f"e-{number}" for number in range(301)))
    assert counts(landing)[:3] == (301, 1, 300)
    assert [text.startswith(f"{run} is damaged: ") for text in landing.index] == [True]
    assert (run.exists(), candidates(lake, "x"), add("e-0").index) == (False, [], ())


def test_an_index_of_another_kind_or_of_another_lake_covers_nothing(add, lake, engine, tmp_path):
    other = Lake.at(str(tmp_path / "other"))
    land_in(other, engine, [file_of(tmp_path / "a", line("a"))], clock=CLOCK)
    add("a")
    shutil.rmtree(lake.ids)
    shutil.copytree(other.ids, lake.ids)
    assert candidates(lake, "x") == [None]
    assert counts(add("a", "b"))[:3] == (2, 1, 1)
    hash_runs.write_run(f"{lake.ids}/run-x", "another", (), 0, ())
    assert "expected hashes of event_id, found another" in add("a").index[0]


def test_a_run_that_is_gone_when_it_is_opened_is_no_fault(add, lake):
    add("a")
    (Path(lake.ids) / "run-gone").symlink_to("nowhere")
    landing = add("a", "b")
    assert (counts(landing)[:3], landing.index, candidates(lake, "x")) == ((2, 1, 1), (), [])


def test_where_no_index_can_be_written_a_landing_does_without(add, lake):
    add("a")
    shutil.rmtree(lake.ids)
    Path(lake.ids).write_text("no folder")
    landing = add("a", "b")
    assert counts(landing)[:3] == (2, 1, 1)
    assert [text.startswith(f"the index {lake.ids} is behind") for text in landing.index] == [True]
    assert counts(add("a", "b", "c"))[:3] == (3, 1, 2)


def test_events_of_a_log_that_was_put_back_are_landed_again(add, lake):
    add("a")
    add("b", "c")
    DeltaTable(lake.log).restore(1)
    assert counts(add("a", "b"))[:3] == (2, 1, 1)
    DeltaTable(lake.log).restore(2)
    assert counts(add("a", "b", "c"))[:3] == (3, 0, 3)


def disturb(rng, lake, spare):
    """Do something to the index: lose, damage, or exchange a run, put an older index there, or take it away."""
    deed = rng.randrange(8)
    for run in rng.sample(runs(lake), min(1, len(runs(lake)))) if deed < 4 else ():
        data = bytearray(run.read_bytes())
        place = rng.randrange(len(data))
        data[place] ^= 1 << rng.randrange(8)
        run.write_bytes({0: data[:place], 1: bytes(len(data))}.get(deed, data))
        if deed == 2:
            run.unlink()
    if deed == 4:
        shutil.rmtree(lake.ids, ignore_errors=True)
    if deed == 5:
        shutil.copytree(lake.ids, spare, dirs_exist_ok=True)
    if deed == 6 and spare.exists():
        shutil.copytree(spare, lake.ids, dirs_exist_ok=True)


def expected(stands, events):
    """How many of (id, actor) land and how many are duplicates, by a dict of what stands, which they are added to."""
    landed = duplicates = 0
    for event_id, actor in events:
        landed += event_id not in stands
        duplicates += stands.get(event_id) == actor
        stands.setdefault(event_id, actor)
    return landed, duplicates


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("salt", range(10))
def test_whatever_becomes_of_the_index_a_landing_does_as_by_a_dict(land, lake, tmp_path, seed, salt):
    rng, stands, history = Random(f"{seed}-{salt}"), {}, {}
    for number in range(12):
        events = [(f"e-{rng.randrange(60)}", rng.choice([1, 1, 1, 2])) for _ in range(rng.choice([0, 1, 5, 20]))]
        lines = (line(event_id, actor_id=actor) for event_id, actor in events)
        landing = land(file_of(tmp_path / f"{number}", *lines))
        assert (landing.landed, landing.duplicates) == expected(stands, events)
        assert ids(lake) == sorted(stands)
        history[DeltaTable(lake.log).version()] = dict(stands)
        if rng.random() < 0.2:
            version = rng.choice(list(history))
            stands = dict(history[version])
            if version < DeltaTable(lake.log).version():
                DeltaTable(lake.log).restore(version)
        disturb(rng, lake, tmp_path / "spare")
