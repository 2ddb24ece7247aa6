"""What becomes of a task whose command failed: it is tried again where the fault may pass, else it is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from pipelines.cli import FAULT_FILE
from pipelines.errors import NewsfeedError, is_transient, line_of
from pipelines.storage import outcomes

FAULT = "fault"
"""The key of the XCom with what a command said of its fault."""


@contextmanager
def judged(context: Any) -> Iterator[dict[str, str]]:
    """The variables by which a command tells of its fault, which Airflow is told then, and the tasks that follow.

    A command that ended without a word was killed, or never began: that may pass.
    """
    with TemporaryDirectory(prefix="newsfeed") as folder:
        place = f"{folder}/fault.json"
        try:
            yield {FAULT_FILE: place}
        except AirflowException as ended:
            fault = outcomes.found(place)
            if fault is None:
                raise
            context["ti"].xcom_push(FAULT, fault)
            raise failure(fault["error"], transient=fault["transient"]) from ended


@contextmanager
def told() -> Iterator[None]:
    """Tell Airflow of faults of what reads the lake in the task itself."""
    try:
        yield
    except (NewsfeedError, OSError) as fault:
        raise failure(line_of(fault), transient=is_transient(fault)) from fault


def failure(said: str, *, transient: bool) -> Exception:
    """What tells Airflow to try again, or not to."""
    kind = AirflowException if transient else AirflowFailException
    return kind(said)  # type: ignore[no-any-return]
