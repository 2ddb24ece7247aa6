from functools import partial
from types import SimpleNamespace

import pytest

from pipelines.cli import main
from pipelines.landing.land import land
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of, line

EVIL = {"username": "e\x1bvil", "first_name": "Eve\r", "last_name": "Il"}
FIRST = [
    line("r-1", "registered", event_time="2025-12-31T10:01:00Z", actor_id=1),
    line(
        "r-2",
        "registered",
        event_time="2025-12-31T10:02:00Z",
        actor_id=2,
        username="leo",
        first_name="Leo",
        last_name="Lo",
    ),
    line("r-3", "registered", event_time="2025-12-31T10:03:00Z", actor_id=3, bio="mia too"),
    line("r-4", "registered", event_time="2025-12-31T10:04:00Z", actor_id=4, **EVIL),
    line("f-12", "followed", event_time="2025-12-31T10:05:00Z", actor_id=1, followee_id=2),
    line("f-13", "followed", event_time="2025-12-31T10:05:00Z", actor_id=1, followee_id=3),
    line(
        "p-20", "posted", event_time="2025-12-31T10:06:00.5Z", actor_id=2, post_id=20, text="a\x1b[31mb\x07\nc\u202ed"
    ),
    line(
        "p-40",
        "posted",
        event_time="2025-12-31T10:05:30Z",
        actor_id=4,
        post_id=40,
        text='from "four", 東京',
        language="ja",
    ),
    line("rp-40", "reposted", event_time="2025-12-31T10:07:00Z", actor_id=2, post_id=40),
    line("l-40", "liked", event_time="2025-12-31T10:08:00Z", actor_id=1, post_id=40),
]
SECOND = [
    line("p-50", "posted", event_time="2025-12-31T11:00:00Z", actor_id=5, post_id=50, text="", reply_to_post_id=20),
    b"b\x1bad",
    line("", actor_id=0),
]


@pytest.fixture(scope="session")
def told(tmp_path_factory, engine):
    """A lake with two releases and two quarantined lines; which file those came from."""
    folder = tmp_path_factory.mktemp("told")
    lake = Lake.at(str(folder / "lake"))
    for name, lines in (("first", FIRST), ("second", SECOND)):
        land(lake, engine, [file_of(folder / name, *lines)], clock=CLOCK)
        run(lake, engine, clock=CLOCK)
    return SimpleNamespace(lake=lake, root=lake.root, second=str(folder / "second"))


@pytest.fixture
def call(capsys, monkeypatch):
    """A function that calls the command; its exit code, output and error output."""
    monkeypatch.setenv("COLUMNS", "200")
    return partial(_call, capsys)


def _call(capsys, *arguments):
    code = main([str(one) for one in arguments])
    output = capsys.readouterr()
    return SimpleNamespace(code=code, out=output.out, err=output.err)


@pytest.fixture
def ask(call, told):
    """A function that calls the command on the lake with two releases."""
    return lambda *arguments: call(*arguments, "--root", told.root)
