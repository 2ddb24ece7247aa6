"""Nothing is left: every byte below the root is searched, decoded too, for what a person left there."""

from pathlib import Path

import pytest

from pipelines.erasing import erase as steps
from pipelines.erasing.erase import erase
from pipelines.landing.erasing import ERASED
from tests.adapters.bluesky import ADA
from tests.erasing.worlds import FOREIGN, KEPT, MARK, PERSON, told
from tests.landing.lines import rows_of


def test_the_person_was_everywhere(before):
    found = list(told(before, MARK, ADA))
    folders = {path.split("/")[0] for path in found}
    assert folders == {"identities", "log", "quarantine", "quarantine_raw", "relations", "views"}
    assert any(path.startswith("log/_delta_log") and path.endswith(".json") for path in found)
    assert any(path.startswith("log/_delta_log") and path.endswith(".checkpoint.parquet") for path in found)


def test_nothing_is_left_of_persons_and_everything_of_others(before, erased):
    lake, _ = erased
    assert list(told(lake, MARK, ADA)) == []
    lines = {True: [], False: []}
    for row in rows_of(lake.quarantine, "source", "byte_offset"):
        lines[row["faults"][0].startswith(ERASED)].append(row)
    assert [row.get("raw") for row in lines[True]] == [None] * 8
    kept = [row for row in rows_of(before.quarantine, "source", "byte_offset") if KEPT.encode() in row.get("raw", b"")]
    assert [row for row in lines[False] if "raw" in row] == kept
    assert len(kept) == 6
    assert len(list(Path(lake.quarantine_raw).iterdir())) == 1


@pytest.mark.parametrize(
    ("step", "where"),
    [
        ("rewrite", "log/"),
        ("lines", "quarantine"),
        ("names", "identities/"),
        ("run", "views/"),
        ("clear", "relations/"),
        ("forget", "log/_delta_log"),
    ],
)
def test_each_step_is_needed(before, copy, engine, monkeypatch, step, where):
    class Nothing:
        freed, faults, steps, empty = 0, (), {}, staticmethod(lambda *_: None)
        release = type("Release", (), {"number": 2})

    nothing = Nothing if step in ("lines", "names") else lambda *_, **__: Nothing
    monkeypatch.setattr(steps, step, nothing)
    if step == "names":
        monkeypatch.setattr(steps.names, "of", lambda *_: {}, raising=False)
    lake = copy(before)
    erase(lake, engine, [PERSON, FOREIGN], "ticket 1")
    left = list(told(lake, MARK, ADA))
    assert [path for path in left if path.startswith(where)], left
