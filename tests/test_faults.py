"""A fault says whether it may pass, and in which step of a run it happened; a command leaves that in a file."""

import errno
import json

import pytest

from pipelines.checks import AuditError
from pipelines.cli import FAULT_FILE, main
from pipelines.engines import UnknownEngine
from pipelines.engines.base import EngineError
from pipelines.errors import UsageError, is_transient, step_of
from pipelines.runs.steps import Steps
from pipelines.storage.checksums import DamagedFile
from pipelines.storage.commits import Conflict, GaveUp, Unsettled
from pipelines.storage.places import PlaceError

PASSES = (PlaceError(), Unsettled(), Conflict(), GaveUp(), EngineError(), OSError(errno.ENOSPC, ""), MemoryError())
STAYS = (AuditError(), DamagedFile(), UsageError(), UnknownEngine(), ImportError(), ValueError())


@pytest.mark.parametrize("fault", PASSES, ids=lambda fault: type(fault).__name__)
def test_what_the_world_is_like_may_pass(fault):
    assert is_transient(fault)


@pytest.mark.parametrize("fault", STAYS, ids=lambda fault: type(fault).__name__)
def test_what_is_wrong_stays_wrong(fault):
    assert not is_transient(fault)


def test_a_fault_knows_the_innermost_step_in_which_it_happened():
    steps = Steps(lambda *_: None)
    with pytest.raises(AuditError) as caught, steps.step("build"), steps.step("views/newsfeed"):
        raise AuditError
    assert (step_of(caught.value), step_of(ValueError())) == ("views/newsfeed", None)


def left(tmp_path, monkeypatch, *arguments):
    place = tmp_path / "fault.json"
    monkeypatch.setenv(FAULT_FILE, str(place))
    code = main(list(arguments))
    return code, json.loads(place.read_text("utf-8")) if place.exists() else None


@pytest.mark.parametrize(
    ("arguments", "code", "transient", "said"),
    [
        (["run", "--root", "hdfs://127.0.0.1:1/lake"], 1, True, "Connection refused"),
        (["run", "--cap", "x"], 2, False, "Invalid value for '--cap'"),
        (["run", "--view", "posts", "--rebuild"], 2, False, "--view: expected no policy"),
    ],
)
def test_a_command_leaves_its_line_and_whether_it_may_pass(tmp_path, monkeypatch, arguments, code, transient, said):
    exit_code, fault = left(tmp_path, monkeypatch, *arguments)
    assert (exit_code, fault["exit_code"], fault["transient"], fault["step"]) == (code, code, transient, None)
    assert said in fault["error"]


def test_a_command_leaves_the_step_at_which_a_run_failed(tmp_path, monkeypatch, capsys):
    (tmp_path / "lines.jsonl").write_text(
        '{"event_id": "1", "event_type": "liked", "event_time": "2026-01-01T00:00:00Z", "actor_id": 1, "post_id": 1}'
    )
    root = ["--root", str(tmp_path / "lake")]
    assert left(tmp_path, monkeypatch, "land", str(tmp_path / "lines.jsonl"), *root) == (0, None)
    (file,) = (tmp_path / "lake" / "log").rglob("*.parquet")
    file.write_bytes(file.read_bytes()[:-9])
    code, fault = left(tmp_path, monkeypatch, "run", *root)
    assert (code, fault["transient"], fault["step"]) == (1, False, "read the log")


def test_where_the_file_cannot_be_written_the_command_says_what_it_always_says(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(FAULT_FILE, str(tmp_path / "no" / "folder" / "here"))
    assert main(["run", "--root", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("error: nothing landed at")
