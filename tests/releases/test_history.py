"""What was extracted of the log is kept as long as a table needs it."""

from pathlib import Path

from pipelines.policy import Policy
from pipelines.runs.extraction import Extracted
from pipelines.runs.history import History
from pipelines.runs.plans import Mode, Plan

NAMES = ("relations/active_days", "relations/users")  # the latter is made first, and shares an extract


def test_an_extract_stays_until_the_last_table_that_needs_it_is_made(landed, tmp_path):
    for name in ("activity", "namings"):
        Path(tmp_path, name).mkdir()
    plan = Plan(landed, Policy(), landed, None, dict.fromkeys(NAMES, Mode.REBUILT))
    history = History(extracted={Mode.REBUILT: Extracted(str(tmp_path))})
    history.forget(plan, "relations/users")
    assert [one.name for one in tmp_path.iterdir()] == ["activity"]
    history.forget(plan, "relations/active_days")
    assert list(tmp_path.iterdir()) == []
