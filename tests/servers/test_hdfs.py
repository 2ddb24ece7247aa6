"""A lake on a real HDFS is as one on local files is, and outlives what becomes of its servers."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from deltalake import DeltaTable

from pipelines.releases.records import RELEASES
from pipelines.storage.properties import KEPT
from tests.landing.lines import line
from tests.servers import mending
from tests.servers.commands import Commands
from tests.servers.hdfs import Hdfs
from tests.servers.proxy import black_hole

LDBC = Path(__file__).parents[2] / "data" / "ldbc-snb-test"
PROGRAM = [sys.executable, "-c", "from newsfeed_pipelines import script; script()"]
FIRST, SECOND = (
    ["land", str(LDBC / part), "--format", "ldbc", "--ingestion-time", f"2026-01-0{day}T00:00:00Z"]
    for day, part in enumerate(("snapshot", "update_streams"), 1)
)
READER = "4398046511327"
READING = [
    ["feed", READER],
    ["find", "ma"],
    ["user", READER],
    ["sql", "SELECT * FROM posts ORDER BY post_id LIMIT 9"],
    ["quarantine"],
    ["quarantine", "--readmit"],
    ["run", "--plan"],
    ["run", "--view", "posts"],
    ["repair"],
]
QUERY = ["sql", "SELECT count(*) FROM newsfeed"]
ASKING = [["status"], ["run"], ["feed", READER], QUERY, ["maintain"], SECOND]
GONE = ("Connection refused", "no answer in 9 seconds", "disconnected")
"""What is said of a server that goes while a command runs."""
SOON = 45
"""Seconds in which a command has said that its server is not there: 20 and, where much else runs, its own start."""
TRIES = 5
"""How often a command is tried beside a DataNode that never answers: the NameNode takes 12 seconds to give that up."""

pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="HDFS needs java, which is not on the path")


def started(*arguments):
    """The command in a process of its own."""
    return subprocess.Popen([*PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def done(process, seconds=300):
    """How it ended, and what it said."""
    out, err = process.communicate(timeout=seconds)
    return SimpleNamespace(code=process.returncode, out=out, err=err)


def told(*arguments):
    """What the command says; it succeeds."""
    said = done(started(*arguments))
    assert said.code == 0, said.err
    return said.out


def content(root):
    """How many events the last release covers, and each table's rows and hash."""
    last = max(json.loads(told("releases", "--json", "--root", root)), key=lambda one: one["number"])
    return last["events"], {name: (one["rows"], one["content_hash"]) for name, one in last["tables"].items()}


@pytest.fixture(scope="module")
def hdfs(tmp_path_factory):
    server = Hdfs(tmp_path_factory.mktemp("hdfs"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """A local lake with both batches, each released."""
    return filled(f"{tmp_path_factory.mktemp('local')}/lake")


@pytest.fixture(scope="module")
def remote(hdfs):
    """The same at HDFS."""
    return filled(f"{hdfs.url}/lake")


def filled(root):
    for land in (FIRST, SECOND):
        told(*land, "--root", root)
        told("run", "--root", root)
    return root


def test_rows_and_hashes_are_those_of_a_local_lake(local, remote):
    assert content(remote) == content(local)


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_command_says_what_it_says_of_a_local_lake(local, remote, arguments):
    assert told(*arguments, "--root", remote).replace(remote, "ROOT") == told(*arguments, "--root", local).replace(
        local, "ROOT"
    )


def test_an_export_is_that_of_a_local_lake(local, remote, tmp_path):
    for root, name in ((local, "local"), (remote, "remote")):
        told("export", "newsfeed", str(tmp_path / f"{name}.csv"), "--root", root)
    assert (tmp_path / "local.csv").read_bytes() == (tmp_path / "remote.csv").read_bytes()


def test_a_rebuild_and_maintenance_change_no_row(local, hdfs):
    root = filled(f"{hdfs.url}/kept")
    told("run", "--rebuild", "--root", root)
    told("maintain", "--execute", "--root", root)
    assert content(root) == content(local)


def test_each_command_says_of_the_past_and_of_damage_and_mends_what_it_does_on_a_disk(hdfs, tmp_path):
    expected = mending.told(Commands(str(tmp_path / "lake")), tmp_path)
    mending.require_mended(mending.told(Commands(f"{hdfs.url}/mended"), tmp_path), expected)


def test_two_landings_at_once_keep_each_event_once_and_of_two_runs_one_wins(local, hdfs):
    root = f"{hdfs.url}/two"
    for land in (FIRST, SECOND):
        both = [started(*land, "--root", root) for _ in range(2)]
        assert [done(one).code for one in both] == [0, 0]
        both = [done(one) for one in [started("run", "--root", root) for _ in range(2)]]
        assert 0 in {one.code for one in both}
        assert all(one.code == 0 or one.err.count("\n") == 1 for one in both)
    told("run", "--root", root)
    assert content(root) == content(local)


def test_a_file_put_over_http_lands_once_and_goes_to_done(hdfs, tmp_path):
    root, inbox = f"{hdfs.url}/posted", f"{hdfs.url}/inbox"
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"".join(line(f"e-{n}", actor_id=n) + b"\n" for n in (1, 2)))
    assert told("put", str(file), f"{hdfs.webhdfs}/inbox/").endswith("bytes\n")
    assert told("put", str(file), f"{hdfs.webhdfs}/inbox/").endswith("already there\n")
    file.write_text("other\n")
    said = done(started("put", str(file), f"{hdfs.webhdfs}/inbox/"))
    assert said.code == 1
    assert said.err.endswith("a file with another content is there\n")
    told("land", inbox, "--done", f"{inbox}/done", "--settled", "0", "--root", root)
    assert "landed       0 events" in told("land", inbox, "--done", f"{inbox}/done", "--settled", "0", "--root", root)
    assert "landed       0 events" in told("land", f"{inbox}/done", "--root", root)
    assert "2 events in 1 landing" in told("status", "--root", root)


@pytest.mark.parametrize("seconds", [1.5, 3])
def test_a_landing_or_a_run_that_is_killed_is_repeated_as_if_it_had_not_been(local, hdfs, seconds):
    root = f"{hdfs.url}/killed-{seconds}"
    for command in (FIRST, ["run"], SECOND, ["run"]):
        process = started(*command, "--root", root)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()
        process.communicate()
        told(*command, "--root", root)
    assert content(root) == content(local)


def fails_soon(process, *words):
    """The command fails on one line, soon."""
    begin = time.monotonic()
    said = done(process, 2 * SOON)
    assert time.monotonic() - begin < SOON
    lines = said.err.splitlines()
    assert (said.code, len(lines)) == (1, 1), said.err
    assert lines[0].startswith("error: cannot ")
    assert any(word in lines[0] for word in words), lines
    return said


@contextmanager
def frozen(*nodes):
    """They take connections, and never answer."""
    for node in nodes:
        os.kill(node.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for node in nodes:
            os.kill(node.process.pid, signal.SIGCONT)


@contextmanager
def killed(node, hdfs):
    node.process.kill()
    try:
        yield
    finally:
        node.start()
        hdfs.wait()


@pytest.mark.parametrize("arguments", ASKING, ids=lambda one: one[0])
def test_of_a_namenode_that_never_answers_it_is_told_soon(remote, hdfs, arguments):
    with frozen(hdfs.namenode):
        fails_soon(started(*arguments, "--root", remote), f"cannot reach {remote}: no answer in 9 seconds")


def test_of_an_address_that_answers_no_packet_it_is_told_soon():
    with black_hole() as port:
        root = f"hdfs://127.0.0.1:{port}/lake"
        fails_soon(started("status", "--root", root), f"cannot reach {root}: timed out")


def begun(step, root, log, *engine):
    """A run that has begun with a step, and logs to a file."""
    command = [*PROGRAM, "run", "--root", root, "--log-format", "json", *engine]
    with log.open("w") as err:
        process = subprocess.Popen(command, stdout=err, stderr=err)
    ends = time.monotonic() + 2 * SOON
    while f'"{step}"' not in log.read_text():
        assert time.monotonic() < ends, log.read_text()
        time.sleep(0.02)
    return process


def ends_soon(process, log, *words):
    """The run fails soon, and what it logged last says why."""
    process.wait(SOON)
    last = json.loads(log.read_text().splitlines()[-1])
    assert (process.returncode, last["level"]) == (1, "error"), last
    assert any(word in last["message"] for word in words), last


@pytest.mark.parametrize("step", ["read the log", "views/profile", "publish"])
def test_a_run_whose_namenode_freezes_in_the_middle_ends_soon_and_the_next_one_goes_on(local, hdfs, tmp_path, step):
    root, log = f"{hdfs.url}/frozen-{step[:4]}", tmp_path / "log"
    told(*FIRST, "--root", root)
    process = begun(step, root, log)
    with frozen(hdfs.namenode):
        ends_soon(process, log, "no answer in 9 seconds")
    told("run", "--root", root)
    told(*SECOND, "--root", root)
    told("run", "--root", root)
    assert content(root) == content(local)


PATCHED = """
import os, signal
from {module} import {name} as owner
call = owner.{call}
def patched(*arguments, **options):
    os.kill({pid}, signal.{sent})
    return call(*arguments, **options)
owner.{call} = patched
from newsfeed_pipelines import script
script()
"""


def patched(module, name, call, root, sent, pid="os.getpid()"):
    """A run that sends a process a signal, itself for one, just before each time that it calls a function."""
    program = PATCHED.format(module=module, name=name, call=call, sent=sent, pid=pid)
    command = [sys.executable, "-c", program, "run", "--root", root]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def freezes_at(hdfs, module, name, call, root):
    """A run just before whose call of a function the NameNode freezes ends soon, and says so."""
    try:
        fails_soon(patched(module, name, call, root, "SIGSTOP", hdfs.namenode.process.pid), "no answer in 9 seconds")
    finally:
        os.kill(hdfs.namenode.process.pid, signal.SIGCONT)


def test_a_namenode_that_freezes_just_before_a_call_that_delta_gives_no_bound_is_told_of_soon(local, hdfs):
    root = f"{hdfs.url}/unbounded"
    told(*FIRST, "--root", root)
    DeltaTable.create(f"{root}/releases", RELEASES.arrow)  # as an older version did, without the properties
    freezes_at(hdfs, "pipelines.storage", "declaring", "keep", root)
    assert done(patched("pipelines.runs", "run", "record", root, "SIGKILL")).code == -signal.SIGKILL
    freezes_at(hdfs, "pipelines.storage.restoring", "commits", "commit", root)  # what the killed one left is taken back
    told("run", "--root", root)
    told(*SECOND, "--root", root)
    told("run", "--root", root)
    assert DeltaTable(f"{root}/releases").metadata().configuration == KEPT
    assert content(root) == content(local)


def test_on_spark_too_two_at_once_a_killed_run_and_a_lost_namenode_change_no_row(local, hdfs, tmp_path):
    root, spark = f"{hdfs.url}/spark", ("--engine", "spark")
    both = [started(*FIRST, "--root", root, *spark) for _ in range(2)]
    assert [done(one).code for one in both] == [0, 0]
    process = begun("views/profile", root, tmp_path / "killed", *spark)
    process.kill()
    process.wait()
    both = [done(one) for one in [started("run", "--root", root, *spark) for _ in range(2)]]
    assert 0 in {one.code for one in both}
    assert all(one.code == 0 or one.err.count("\n") == 1 for one in both), [one.err for one in both]
    told(*SECOND, "--root", root, *spark)
    process = begun("views/profile", root, tmp_path / "frozen", *spark)
    with frozen(hdfs.namenode):
        ends_soon(process, tmp_path / "frozen", "no answer in 9 seconds")
    process = begun("views/profile", root, tmp_path / "dead", *spark)
    with killed(hdfs.namenode, hdfs):
        ends_soon(process, tmp_path / "dead", *GONE)
    told("run", "--root", root, *spark)
    assert content(root) == content(local)


def test_a_run_whose_namenode_dies_in_the_middle_ends_soon_and_the_next_one_goes_on(local, hdfs, tmp_path):
    root, log = f"{hdfs.url}/dead", tmp_path / "log"
    told(*FIRST, "--root", root)
    process = begun("views/profile", root, log)
    with killed(hdfs.namenode, hdfs):
        ends_soon(process, log, *GONE)
        fails_soon(started("status", "--root", root), f"cannot reach {root}: Connection refused")
    told("run", "--root", root)
    told(*SECOND, "--root", root)
    told("run", "--root", root)
    assert content(root) == content(local)


def test_with_a_datanode_dead_what_was_written_is_read_and_after_it_is_back_runs_go_on(local, hdfs):
    root = f"{hdfs.url}/halved"
    told(*FIRST, "--root", root)
    told("run", "--root", root)
    with killed(hdfs.datanodes[0], hdfs):
        told("feed", READER, "--root", root)
        said = done(started(*SECOND, "--root", root))
        assert said.err.count("\n") == said.code
    told(*SECOND, "--root", root)
    told("run", "--root", root)
    assert content(root) == content(local)


def repeated(*arguments):
    """The command succeeds in the end, and before fails soon each time, as the NameNode still counts on who is gone."""
    for _ in range(TRIES):
        said = done(started(*arguments), SOON)
        if said.code == 0:
            return
        assert said.err.startswith("error: cannot "), said.err
        assert said.err.endswith(": no answer in 9 seconds\n"), said.err
    raise AssertionError(said.err)


def test_datanodes_that_never_answer_are_told_of_soon_and_when_one_does_again_runs_go_on(local, hdfs):
    root = f"{hdfs.url}/stuck"
    told(*FIRST, "--root", root)
    told("run", "--root", root)
    with frozen(*hdfs.datanodes):
        for process in [
            started(*one, "--root", root) for one in (["feed", READER], QUERY, SECOND, ["run", "--rebuild"])
        ]:
            fails_soon(process, "no answer in 9 seconds")
    with frozen(hdfs.datanodes[0]):
        repeated(*SECOND, "--root", root)
        told("run", "--root", root)
    assert content(root) == content(local)


def test_in_safe_mode_what_is_there_is_read_and_writing_is_refused_in_words(remote, hdfs):
    hdfs.admin("-safemode", "enter")
    try:
        told("feed", READER, "--root", remote)
        said = fails_soon(started(*SECOND, "--root", remote), "Name node is in safe mode.")
        assert "java" not in said.err
        assert "org.apache" not in said.err
    finally:
        hdfs.admin("-safemode", "leave")
