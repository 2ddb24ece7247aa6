"""The records of Jetstream's deletes are found by an index, which is made of the log and changes nothing."""

import shutil
from pathlib import Path

import pytest

from pipelines.landing import land as landing
from pipelines.landing.indexes import Indexes
from tests.adapters.bluesky import BEN, EVE, create, delete
from tests.adapters.conftest import JULY
from tests.landing.lines import counts, file_of, line


def indexed(lake):
    return sorted(Path(lake.records).glob("run-*"))


def test_a_lake_without_deletes_has_no_such_index(land, lake, engine, tmp_path):
    land(create("like"), create("post"))
    landing.land(lake, engine, [file_of(tmp_path / "a", line())], clock=JULY)
    assert not Path(lake.records).exists()


def test_it_takes_in_what_landed_since_of_whatever_format(land, lake, engine, tmp_path):
    land(create("follow", subject=EVE), delete("follow", "unseen"))
    landing.land(lake, engine, [file_of(tmp_path / "a", line())], clock=JULY)
    land(create("like"))
    assert counts(land(delete("like"), delete("follow"))) == (2, 2, 0, 0, 0)
    assert counts(land(delete("like"), delete("follow"))) == (2, 0, 2, 0, 0)


@pytest.mark.parametrize("loss", ["missing", "damaged", "behind"])
def test_a_subject_is_found_whatever_became_of_it(land, lake, loss):
    land(create("follow", subject=EVE), create("like"), delete("follow", "unseen"))
    (run,) = indexed(lake)
    before = run.read_bytes()
    land(create("follow", did=BEN, subject=EVE), delete("like"))
    shutil.rmtree(lake.records)
    if loss != "missing":
        run.parent.mkdir()
        run.write_bytes(before if loss == "behind" else before[:-1])
    done = land(delete("follow"), delete("follow", did=BEN))
    assert counts(done) == (2, 2, 0, 0, 0)
    assert [text.startswith(f"{run} is damaged") for text in done.index] == [True] * (loss == "damaged")


def test_other_formats_have_no_records(lake):
    assert [Indexes(lake, [], name).records is None for name in ("events", "ldbc", "jetstream")] == [True, True, False]
