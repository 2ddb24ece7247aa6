"""Who waits for a server without bounds gets on."""

import threading

import pytest

from pipelines.storage import waiting
from pipelines.storage.waiting import of_table, within


def test_what_a_call_answers_or_raises_is_what_who_waits_gets():
    assert within(divmod, 7, 2) == (3, 1)
    assert within(int, "11", base=2) == 3
    with pytest.raises(ZeroDivisionError):
        within(divmod, 7, 0)


@pytest.fixture
def asleep(monkeypatch):
    """A call that never answers while the test runs."""
    monkeypatch.setattr(waiting, "PATIENCE", 1)
    over = threading.Event()
    yield over.wait
    over.set()


def test_a_call_that_never_answers_is_left(asleep):
    with pytest.raises(TimeoutError, match="no answer in 1 seconds"):
        within(asleep)


@pytest.mark.parametrize("place", ["hdfs://host:1/lake", "viewfs://name/lake"])
def test_a_table_on_hdfs_is_not_waited_for_without_bounds(asleep, place):
    with pytest.raises(TimeoutError):
        of_table(place, asleep)


@pytest.mark.parametrize("place", ["/lake", "s3://bucket/lake"])
def test_a_table_elsewhere_is_asked_by_who_waits(place):
    assert of_table(place, threading.get_ident) == threading.get_ident()
