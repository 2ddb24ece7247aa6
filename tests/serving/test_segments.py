"""Segments: what is appended is there whole or not at all, whatever ended the process."""

import os

import pytest

from pipelines.serving.intake.segments import LARGEST, InUseError, Segments
from pipelines.storage.listing import list_files


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def opened(tmp_path, clock):
    """A function that opens the segments of an inbox once those opened before are as a process that died left them."""
    inbox, living = tmp_path / "inbox", []

    def open_again():
        for died in living:
            os.close(died._lock)
        living[:] = [Segments(str(inbox), 10.0, clock)]
        return living[0]

    return open_again


def lines(segments):
    return [line for name in segments.sealed() for line in segments.lines(name)]


def open_file(segments):
    return segments.folder / f".{segments.open_name}"


def test_what_is_sealed_is_what_was_appended(opened):
    segments = opened()
    segments.append(b"a\nb\n\n")
    segments.append(b"c\n\n")
    segments.seal()
    assert lines(segments) == [b"a", b"b", b"c"]


def test_a_landing_sees_no_segment_that_is_open(opened):
    segments = opened()
    segments.append(b"a\n\n")
    assert list_files(str(segments.folder)).files == []


@pytest.mark.parametrize("torn", [b"", b"c", b"c\n", b"c\nd\n", b"c\nd", b"\0\0\0\0\0"])
def test_what_was_not_whole_when_the_process_died_is_cut_off(opened, torn):
    segments = opened()
    segments.append(b"a\nb\n\n")
    with open_file(segments).open("ab") as file:
        file.write(torn)
    assert lines(opened()) == [b"a", b"b"]


def test_of_a_segment_without_anything_whole_nothing_is_left(opened):
    segments = opened()
    segments.append(b"a\n\n")
    open_file(segments).write_bytes(b"a\nb")
    after = opened()
    assert (after.sealed(), [path.name for path in after.folder.iterdir()]) == ([], [".lock"])


def test_an_inbox_has_one_server(opened):
    segments = opened()
    with pytest.raises(InUseError, match="of which no other server lives"):
        Segments(str(segments.folder), 10.0)
    segments.close()
    Segments(str(segments.folder), 10.0).close()


def test_a_segment_is_sealed_once_it_is_old_or_large(opened, clock):
    segments = opened()
    assert not segments.is_due
    segments.append(b"a\n\n")
    assert not segments.is_due
    clock.now = 10.0
    assert segments.is_due
    segments.seal()
    segments.append(b"b" * LARGEST + b"\n\n")
    assert segments.is_due
