"""Where records go: each kind of stream is a file here, found by the scheme of its URL."""

from importlib import import_module
from importlib.util import find_spec
from typing import Final, Protocol

from pipelines.errors import UsageError
from pipelines.producing.traffic import Record
from pipelines.sources.streams import scheme_of

TARGETS: Final = {"kafka": "confluent_kafka", "kinesis": "boto3"}
"""The kinds of streams, and the package that each needs; the extra that brings it is called as the kind is."""
OUTPUT: Final = "-"
FORMS: Final = f"{OUTPUT}, kafka://HOST:PORT/TOPIC or kinesis://STREAM?region=REGION"


class Target(Protocol):
    """A stream that takes records."""

    takes_tombstones: bool

    def send(self, record: Record, /) -> None:
        """Send a record, soon. Raises PlaceError."""

    def keep_up(self) -> None:
        """Send on what waits, and hear of what was not taken; to be called some times a second. Raises PlaceError."""

    def finish(self, within: float, /) -> None:
        """Wait until all that was sent is taken. Raises PlaceError when it is not within so many seconds."""


def open_target(name: str, create: int | None) -> Target:
    """The target of this name, made first with so many partitions when it is not there.

    Raises UsageError for a name that is none, or needs what is not installed, PlaceError when nothing answers.
    """
    if name == OUTPUT:
        from pipelines.producing.output import Output

        return Output()
    kind = scheme_of(name)
    if kind not in TARGETS:
        raise UsageError(f"cannot produce to {name}: expected {FORMS}")
    if find_spec(TARGETS[kind]) is None:
        needed = f"it needs the extra {kind}: pip install 'newsfeed-pipelines[{kind}]'"
        raise UsageError(f"cannot produce to {name}: {needed}")
    opened: Target = import_module(f"pipelines.producing.{kind}").open_stream(name, create)
    return opened
