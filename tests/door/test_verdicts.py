"""Many lines the strict way: in a process of its own it says what it says here, and here where there can be none."""

import os
import signal
import sys

import pytest

from pipelines.door.strict_process import strict_process, verdict_on
from pipelines.door.times import latest_at
from pipelines.door.verdicts import MANY
from tests.door.reading import decode, events_of, judged
from tests.door.samples import CLOCK, line

LINES = [line(), line(colour="r\u00e9d"), b"bad", line().replace(b"{", b"{ "), b"\xff\r", b"", line(event_id="\ud800")]
SAID = [verdict_on(raw, latest_at(CLOCK)) for raw in LINES]


def ask(process, lines):
    process.ask(lines)
    return process.told()


def test_a_process_says_what_is_said_here():
    with strict_process(CLOCK) as process:
        assert [ask(process, LINES), ask(process, LINES[:1])] == [SAID, SAID[:1]]


def test_it_is_gone_at_the_end():
    with strict_process(CLOCK) as process:
        os.kill(process.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_where_it_dies_the_rest_is_said_here():
    with strict_process(CLOCK) as process:
        os.kill(process.pid, signal.SIGKILL)
        assert [ask(process, LINES) for _ in range(2)] == [SAID, SAID]


def test_where_its_answer_makes_no_sense_all_is_said_here(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/cat")
    with strict_process(CLOCK) as process:
        assert ask(process, LINES) == SAID


def test_where_there_can_be_none_all_is_said_here(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with strict_process(CLOCK) as process:
        assert ask(process, LINES) == SAID


@pytest.mark.parametrize("count", [MANY - 1, MANY, MANY + 1])
def test_many_faulty_lines_are_told_in_order_and_those_that_fit_are_events(count):
    raws = [line(event_id=f"e-{n}", colour=None if n == 5000 else 0.5) for n in range(count)]
    mixed = [one for raw in raws for one in (raw, line(colour="red"), line())]
    decoded = decode(b"\n".join(mixed), CLOCK)
    assert [one.line for one in decoded.faulty] == [n for n in range(3 * count) if n != 15_000 and n % 3 < 2]
    assert [one.faults for one in decoded.faulty[-2:]] == [judged(raws[-1]), judged(line(colour="red"))]
    assert [row["event_id"] for row in events_of(decoded)[0] if row["event_id"] != "e-1"] == ["e-5000"][: count > 5000]
