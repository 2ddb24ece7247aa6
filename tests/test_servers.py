"""A server's process is known by its number and its birth, and ends when it is told to."""

import os
import sys

import pytest

from tests.servers import command
from tests.servers.processes import PORTS_OF_CLIENTS, Process, ServerError, free_port

SLEEPS = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(60)",
]


def started(folder, command=SLEEPS):
    process = Process(folder, "sleeper")
    process.start(command, os.environ)
    process.wait_until(lambda: "here" in process.told(), 20)
    return process


def test_a_process_is_stopped_by_its_own_number_also_by_another_command(tmp_path):
    started(tmp_path)
    other = Process(tmp_path, "sleeper")
    pid = other.pid
    with pytest.raises(ServerError, match=f"runs already, as process {pid}"):
        other.start(SLEEPS, os.environ)
    other.stop()
    assert other.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    other.stop()


def test_a_number_that_another_process_has_by_now_is_not_taken_for_the_servers(tmp_path):
    process = Process(tmp_path, "sleeper")
    (tmp_path / "sleeper.pid").write_text(f"{os.getpid()} 1")
    assert process.pid is None
    process.stop()
    (tmp_path / "sleeper.pid").write_text("")
    assert process.pid is None


def test_a_process_that_does_not_hear_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.servers.processes.ENDS_WITHIN", 0.5)
    process = started(tmp_path, DEAF)
    process.stop()
    assert process.pid is None


def test_one_that_ends_before_it_is_ready_is_told_with_the_end_of_its_log(tmp_path):
    process = Process(tmp_path, "breaks")
    process.start([sys.executable, "-c", "raise SystemExit('no room')"], os.environ)
    with pytest.raises(ServerError, match="breaks has ended; the end of .*breaks.log:\nno room"):
        process.wait_until(lambda: False, 20)


def test_what_does_not_get_ready_in_time_is_told_too(tmp_path):
    process = started(tmp_path)
    with pytest.raises(ServerError, match="is not ready after 0 s"):
        process.wait_until(lambda: False, 0.2)
    process.stop()


def test_a_port_is_given_once_though_nothing_listens_there_yet():
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert max(ports) < PORTS_OF_CLIENTS


class Sleeper:
    """A server of one process."""

    def __init__(self, folder):
        self.process = Process(folder, "sleeper")

    def start(self):
        self.process.start(SLEEPS, os.environ)
        return "it sleeps"

    def stop(self):
        self.process.stop()


def test_a_server_that_runs_is_told_of_and_goes_on_when_it_is_to_start_again(tmp_path, capsys):
    server = Sleeper(tmp_path)
    assert command.main("sleeper", server, ["up"]) == 0
    pid = server.process.pid
    assert command.main("sleeper", server, ["up"]) == 1
    assert capsys.readouterr().err == f"error: sleeper runs already, as process {pid} of {tmp_path}\n"
    assert server.process.pid == pid
    assert command.main("sleeper", server, ["down"]) == 0
    assert server.process.pid is None
