"""A full disk: nothing is acknowledged that is not durable, and it goes on by itself once there is room."""

import os
import resource
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from pipelines.serving.intake.deciding import Kind
from pipelines.serving.intake.intake import UnavailableError
from pipelines.serving.intake.segments import Segments
from tests.landing.lines import counts, ids, line


@contextmanager
def files_of_at_most(size):
    """No file of this process grows beyond so many bytes: what is beyond is not written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def failing(monkeypatch, name, number):
    """A call of the system fails as a disk does that is broken."""

    def fail(*_):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, name, fail)
        yield


def refused(taking, *lines):
    with pytest.raises(UnavailableError, match="; nothing was taken$"):
        taking.take(*lines)


def test_what_did_not_fit_on_the_disk_is_not_taken_and_what_did_lands(taking):
    taking.take(line("e-1"))
    size = taking.intake.counts.bytes + 2
    with files_of_at_most(size + 40):
        refused(taking, line("e-2"))
        refused(taking, line("e-3"), line("e-4"))
    assert taking.kinds(line("e-5"), line("e-2")) == ["taken", "taken"]
    taking.seal()
    assert counts(taking.land())[1:] == (3, 0, 0, 0)
    assert ids(taking.lake) == ["e-1", "e-2", "e-5"]


def open_segment(taking):
    (found,) = Path(taking.folder).glob(".segment-*.jsonl")
    return found


def test_what_was_acknowledged_is_written_again_where_its_segment_is_taken_away(taking, caplog):
    taking.take(line("e-1"), line("e-2"))
    first = open_segment(taking)
    first.unlink()
    assert taking.kinds(line("e-1"), line("e-3")) == ["again", "taken"]
    assert open_segment(taking) != first
    assert [f"{first.name[1:]} was taken away before it was sealed" in told for told in caplog.messages] == [True]
    taking.seal()
    assert counts(taking.land())[1:] == (3, 0, 0, 0)
    assert ids(taking.lake) == ["e-1", "e-2", "e-3"]


def test_where_the_inbox_is_gone_nothing_is_taken_and_once_it_is_there_what_was_acknowledged_lands(taking, tmp_path):
    taking.take(line("e-1"))
    inbox, aside = Path(taking.folder), tmp_path / "aside"
    inbox.rename(aside)
    refused(taking, line("e-2"))
    refused(taking, line("e-2"))
    inbox.mkdir()
    deadline = monotonic() + 30
    while not list(inbox.glob(".segment-*.jsonl")):
        assert monotonic() < deadline
        sleep(0.01)
    assert taking.kinds(line("e-1"), line("e-2")) == ["again", "taken"]
    taking.seal()
    assert counts(taking.land())[1:] == (2, 0, 0, 0)


def test_killed_while_the_disk_was_full_what_was_not_whole_is_cut_off(taking):
    taking.take(line("e-1"))
    with files_of_at_most(taking.intake.counts.bytes + 40):
        refused(taking, line("e-2"))
        taking.die()
    taking.begin()
    assert counts(taking.land())[1:] == (1, 0, 0, 0)


def test_what_a_broken_disk_took_is_not_acknowledged_and_not_there_once_it_is_whole(taking, monkeypatch):
    taking.take(line("e-1"))
    with failing(monkeypatch, "write", 5):
        refused(taking, line("e-2"))
    assert taking.take(line("e-2", actor_id=6)).kind is Kind.TAKEN
    taking.seal()
    assert counts(taking.land())[1:] == (2, 0, 0, 0)


def test_a_segment_that_cannot_be_sealed_is_sealed_later(taking, monkeypatch):
    taking.take(line("e-1"))
    with failing(monkeypatch, "fsync", 28), pytest.raises(OSError, match="No space"):
        taking.seal()
    taking.seal()
    assert counts(taking.land())[1:] == (1, 0, 0, 0)


def test_what_fits_nowhere_leaves_no_trace(tmp_path):
    segments = Segments(str(tmp_path), 10.0)
    with files_of_at_most(4), pytest.raises(OSError, match="too large"):
        segments.append(b"0123456789\n\n")
    segments.close()
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
