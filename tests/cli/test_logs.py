"""What standard error has: lines for a person, or one JSON object a line with all that happened."""

import json
from datetime import UTC, datetime

import pytest

from tests.landing.lines import file_of, line


@pytest.fixture
def logged(call, tmp_path):
    """A function that calls the command on a lake with JSON logs; what it logged."""

    def run(*arguments, code=0):
        said = call(*arguments, "--root", tmp_path / "lake", "--log-format", "json")
        assert said.code == code
        return [json.loads(line) for line in said.err.splitlines()]

    return run


def test_a_landing_is_logged_with_its_number_and_what_it_measured(logged, tmp_path):
    (told,) = logged("land", file_of(tmp_path / "a", line(), b"odd"))
    assert abs((datetime.now(UTC) - datetime.fromisoformat(told["time"])).total_seconds()) < 60
    kept = {name: told[name] for name in ("level", "command", "message", "landing", "lines", "landed", "quarantined")}
    assert kept == {
        "level": "info", "command": "land", "message": "landed", "landing": 1, "lines": 2, "landed": 1, "quarantined": 1
    }  # fmt: skip
    assert list(told["faults"].values()) == [1]
    (again,) = logged("land", str(tmp_path / "a"))
    assert ("landing" in again, again["duplicates"]) == (False, 1)


def test_each_step_of_a_run_is_logged_when_it_begins_with_the_release_that_it_is_for(logged, tmp_path):
    logged("land", file_of(tmp_path / "a", line()))
    *steps, last = logged("run")
    assert {told["message"] for told in steps} == {"step"}
    assert [told.get("release") for told in steps] == [None, *[1] * (len(steps) - 1)]
    assert [told["step"] for told in steps if told["step"].startswith("views/newsfeed")] == ["views/newsfeed"]
    assert (last["message"], last["release"], last["landing"], last["events"]) == ("published", 1, 1, 1)
    assert set(last["seconds_by_step"]) == {told["step"] for told in steps}
    assert [(told["message"], told.get("release")) for told in logged("run")] == [("step", None), ("nothing new", 1)]


def test_warnings_and_faults_are_logged_with_the_exit_code(logged, tmp_path):
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "metrics").write_text("in the way")
    assert [told["level"] for told in logged("land", file_of(tmp_path / "a", line()))] == ["info", "warning"]
    (told,) = logged("land", tmp_path / "nope", code=1)
    assert (told["level"], told["command"], told["exit_code"]) == ("error", "land", 1)
    assert told["message"].startswith(f"cannot read {tmp_path}/nope: ")
    (told,) = logged("run", "--cap", "x", code=2)
    assert (told["level"], told["exit_code"], "\n" in told["message"]) == ("error", 2, False)


def test_other_commands_log_what_they_did(logged, tmp_path):
    logged("land", file_of(tmp_path / "a", line()))
    assert [told["message"] for told in logged("maintain")] == ["maintained"]
    assert [told["message"] for told in logged("repair")] == ["repaired"]


def test_the_environment_can_ask_for_json_of_every_command(call, tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSFEED_LOG_FORMAT", "json")
    said = call("status", "--root", tmp_path / "nothing")
    (told,) = [json.loads(line) for line in said.err.splitlines()]
    assert (said.code, told["level"], told["command"]) == (1, "error", "status")


@pytest.mark.parametrize("way", ["option", "environment"])
def test_another_format_is_wrong_usage(call, tmp_path, monkeypatch, way):
    if way == "environment":
        monkeypatch.setenv("NEWSFEED_LOG_FORMAT", "xml")
    given = ["--log-format", "xml"] if way == "option" else []
    said = call("run", "--root", tmp_path / "lake", *given)
    told = "error: --log-format: expected one of text, json, found 'xml'\n"
    assert (said.code, said.out, said.err) == (2, "", told)


def test_a_person_is_told_warnings_and_faults_alone(call, tmp_path):
    assert call("land", file_of(tmp_path / "a", line()), "--root", tmp_path / "lake").err == ""
    assert call("run", "--root", tmp_path / "lake").err == ""
