"""`newsfeed follow` lands what comes into an inbox, publishes it, and ends when it is told to."""

import signal

import pytest

from pipelines import engines
from pipelines.cli.signals import Ended
from pipelines.runs.run import run
from tests.landing.lines import file_of, ids, line
from tests.servers.streams.following import Following, drained

A_TIME = "expected a time such as 500ms, 10s, 5m or 1h"


def test_what_comes_into_an_inbox_lands_and_is_released_until_it_is_told_to_end(lake, engine, tmp_path):
    inbox, done = tmp_path / "inbox", tmp_path / "done"
    inbox.mkdir()
    file_of(inbox / "a", line("e-1"), b"poison")
    with Following(lake, str(inbox), run_every="100ms", given=["--done", str(done), "--settled", "0"]) as following:
        assert following.wait_for("released")["events"] == 1
        file_of(inbox / "b", line("e-2"))
        assert following.wait_for("released")["events"] == 2
        code, said = following.end()
        assert (code, said, drained(following.faults)) == (0, {"landings": 2, "releases": 2}, [])
    assert (ids(lake), run(lake, engine).reason) == (["e-1", "e-2"], "nothing new")


@pytest.mark.parametrize("fault", [Ended(signal.SIGTERM), Ended(signal.SIGHUP), KeyboardInterrupt()])
def test_told_to_end_while_it_begins_it_ends_as_later(call, tmp_path, monkeypatch, fault):
    def begin(*_, **__):
        raise fault

    monkeypatch.setattr(engines, "open_engine", begin)
    said = call("follow", "kafka://127.0.0.1:1/a", "--root", str(tmp_path / "lake"))
    assert (said.code, said.out[10:], said.err) == (0, "ended after 0 landings and 0 releases\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.jsonl"], "SOURCES: expected streams, or folders with --done, found a.jsonl, all of which lands each time"),
        (["kafka://127.0.0.1:1/a", "--every", "soon"], f"--every: {A_TIME}, found 'soon'"),
        (["kafka://127.0.0.1:1/a", "--run-every", "0s"], f"--run-every: {A_TIME}, found '0s'"),
        (["kafka://127.0.0.1/a"], "kafka://127.0.0.1/a: expected a URL such as kafka://HOST:PORT[,HOST:PORT…]/TOPIC"),
        (["kafka://127.0.0.1:1/a", "--done", "b"], "SOURCES: expected folders beside --done, found the stream kafka://127.0.0.1:1/a"),
    ],
    ids=["a file", "no time", "no seconds", "no port", "a stream that is no inbox"],
)  # fmt: skip
def test_what_it_cannot_follow_is_told(call, tmp_path, arguments, said):
    done = call("follow", *arguments, "--root", str(tmp_path / "lake"))
    assert (done.code, done.err) == (2, f"error: {said}\n")
