"""Which small files of the log become one, and that what is not known of them is not lost."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from pipelines.landing.land import land
from pipelines.log.landings import landings
from pipelines.maintenance import compaction
from pipelines.maintenance.compaction import Group, compact, groups
from pipelines.storage import delta
from pipelines.storage.hash_runs import Run
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of, line, rows_of

DATE = "2026-01-01"


@pytest.fixture(scope="module")
def small(folder, engine):
    """A lake of four small landings and one of the next day."""
    lake = Lake.at(str(folder / "small"))
    for number in range(5):
        lines = [line(f"{kind}-{number}", kind, post_id=number + 1) for kind in ("posted", "liked")]
        clock = CLOCK + timedelta(days=number // 4)
        land(lake, engine, [file_of(folder / f"small-{number}", *lines)], clock=clock)
    return lake


def files(lake):
    found = DeltaTable(lake.log).get_add_actions(flatten=True)
    return dict(zip(*(found.column(name).to_pylist() for name in ("path", "size_bytes")), strict=True))


def test_files_of_a_partition_become_one_sorted_by_type_and_landing(small, copy):
    lake = copy(small)
    before = rows_of(lake.log, "event_id")
    ((group, _),) = compact(lake, DATE)
    (made,) = [path for path in files(lake) if path.startswith(f"ingestion_date={DATE}")]
    rows = pq.read_table(f"{lake.log}/{made}", columns=["event_type", "landing"], partitioning=None).to_pylist()
    assert [(row["event_type"], row["landing"]) for row in rows] == [
        (kind, number) for kind in ("liked", "posted") for number in range(1, 5)
    ]
    assert (len(group.paths), len(files(lake)), rows_of(lake.log, "event_id")) == (4, 2, before)


def test_a_landing_finds_what_landed_before_in_what_it_became_and_adds_that_to_the_index(small, copy, engine, tmp_path):
    lake = copy(small)
    compact(lake, DATE)
    lines = [line(f"{kind}-{number}", kind, post_id=number + 1) for kind in ("posted", "liked") for number in range(5)]
    landing = land(lake, engine, [file_of(tmp_path / "again", *lines)], clock=CLOCK)
    assert (landing.landed, landing.duplicates, landing.index) == (0, 10, ())
    covered = {path for run in Path(lake.ids).iterdir() for path, _ in Run(str(run)).facts.files}
    assert covered == set(files(lake))


def test_the_commit_says_what_it_is_and_is_no_landing(small, copy):
    lake = copy(small)
    told = [(one.number, one.own, one.total) for one in landings(lake.log, delta.find(lake.log))]
    compact(lake, DATE)
    newest = DeltaTable(lake.log)
    assert newest.history(1)[0]["compaction"] == "4 files became 1"
    assert [(one.number, one.own, one.total) for one in landings(lake.log, delta.find(lake.log))] == told
    assert newest.transaction_version("land") == 5
    assert 'dataChange":true' not in Path(lake.log, "_delta_log", f"{newest.version():020}.json").read_text()


def test_the_log_as_of_a_version_before_still_reads(small, copy):
    lake = copy(small)
    version = DeltaTable(lake.log).version()
    compact(lake, DATE)
    assert DeltaTable(lake.log, version=version).to_pyarrow_table().num_rows == 10


def test_a_file_with_a_column_that_is_not_known_stays_as_it_is(small, copy):
    lake = copy(small)
    path = min(path for path in files(lake) if DATE in path)
    rows = pq.read_table(f"{lake.log}/{path}", partitioning=None)
    other = Path(lake.log, path).with_name("part-00000-of-another-tool.parquet")
    pq.write_table(rows.append_column("mood", rows["event_id"]), other)
    assert not compaction._is_known(str(other))
    assert compaction._is_known(f"{lake.log}/{path}")


@pytest.mark.parametrize(
    ("sizes", "together"),
    [([1], []), ([5, 5], [[0, 1]]), ([1, 2, 3], [[0, 1, 2]]), ([1, 2], [[0, 1]]), ([1, 1, 5], [[0, 1]]), ([2, 5], [])],
)
def test_none_is_larger_than_twice_all_the_others_with_it(small, monkeypatch, sizes, together):
    monkeypatch.setattr(compaction, "_is_known", lambda _: True)
    made = list(compaction._grouped(small, DATE, [(size, str(at)) for at, size in enumerate(sizes)]))
    assert [[int(path) for path in group.paths] for group in made] == together


def test_groups_have_so_many_bytes_at_most(small, monkeypatch):
    size = max(files(small).values())
    monkeypatch.setattr(compaction, "TOGETHER", 2 * size)
    assert [len(group.paths) for group in groups(small, delta.find(small.log))] == [2, 2]
    monkeypatch.setattr(compaction, "SMALL", 1)
    assert groups(small, delta.find(small.log)) == list[Group]()


def test_what_is_gone_before_it_is_compacted_is_told(small, copy):
    lake = copy(small)
    assert compact(lake, f"{datetime.now(UTC):%Y}-01-02") == []
