"""Of a sample of owners all rows are compared, those of others are not; which it is, a seed says."""

import numpy as np
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from pipelines.past.bearing import BEARING
from pipelines.releases.release import release
from pipelines.runs.history import IncompleteLog
from pipelines.verification.sample import Sample, verify
from tests.releases.worlds import VIEWS
from tests.verification.damages import rows_of, serve, with_a_value_changed

ALL = Sample(1.0)


def findings(lake, sample, number=None):
    return {one.table: one for one in verify(lake, release(lake, number), sample)}


@pytest.mark.parametrize("number", [1, 2])
def test_a_sample_of_all_has_all_rows_of_all_views_with_owners(undisturbed, number):
    found = findings(undisturbed, ALL, number)
    assert list(found) == VIEWS
    tables = release(undisturbed, number).tables
    compared = {name: one.rows for name, one in found.items() if one.skipped is None}
    assert compared == {f"views/{view}": tables[f"views/{view}"].rows for view in BEARING}
    assert [name for name, one in found.items() if not one.is_right] == []


def test_one_value_of_each_view_that_is_another_is_told(lake):
    expected = {}
    for view in BEARING:
        other, kinds = with_a_value_changed(f"views/{view}", rows_of(lake, f"views/{view}"))
        serve(lake, f"views/{view}", other)
        expected[f"views/{view}"] = kinds
    found = findings(lake, ALL)
    told = {name: sorted(str(one.kind) for one in of.differences) for name, of in found.items() if not of.is_right}
    assert told == expected


@pytest.mark.parametrize("number", [0, 1, 2])
def test_just_rows_of_the_sample_are_compared_also_those_that_are_missing(lake, seed, number):
    sample = Sample(0.4, seed + number)
    rows = rows_of(lake, "views/posts").sort_by("post_id")
    strange = rows.slice(0, 1).set_column(0, "post_id", pa.array([77], pa.int64()))
    serve(lake, "views/posts", strange)
    kinds = {77: "too many"} | dict.fromkeys(rows["post_id"].to_pylist(), "missing")
    chosen = sample.has(np.array(list(kinds)))
    expected = [(kind, one) for (one, kind), is_chosen in zip(kinds.items(), chosen, strict=True) if is_chosen]
    found = findings(lake, sample)["views/posts"]
    assert [(str(one.kind), one.key["post_id"]) for one in found.differences] == expected


def test_a_sample_is_about_its_share_within_larger_ones_and_another_for_another_seed(seed):
    ids = np.arange(1, 100_001) * 1_000_003
    few, more, others = (Sample(*of).has(ids) for of in ((0.01, seed), (0.1, seed), (0.01, seed + 1)))
    assert 800 < few.sum() < 1200
    assert 9000 < more.sum() < 11000
    assert not (few & ~more).any()
    assert (few & others).sum() < 50


def test_of_a_log_that_is_not_what_landed_nothing_is_made(lake):
    DeltaTable(lake.log).delete("event_type = 'blocked'")
    with pytest.raises(IncompleteLog, match="blocked of 2026-01-01: expected 10 events"):
        findings(lake, ALL)


def test_the_command_compares_a_share(lake, call):
    assert call("verify", "--sample", "100%", "--root", lake.root).code == 0
    serve(lake, "views/profile", rows_of(lake, "views/profile").slice(1))
    said = call("verify", "--sample", "100%", "--seed", "7", "--root", lake.root)
    assert (said.code, said.err) == (1, "error: release 1 is not as it should be: views/profile: 1 missing\n")
    for wrong in ("1", "0%", "101%", "-1%", "x%"):
        assert call("verify", "--sample", wrong, "--root", lake.root).code == 2
    assert call("verify", "--sample", "1%", "--quick", "--root", lake.root).code == 2
