"""Where records go: each kind of stream is a file here, found by the scheme of its URL."""

from importlib import import_module
from typing import Final, Protocol

from pipelines.errors import NewsfeedError, UsageError
from pipelines.producing.traffic import Record

OUTPUT: Final = "-"
TARGETS: Final = {"kafka": "confluent_kafka", "kinesis": "boto3"}
"""The kinds of streams, and what each needs; the extra that brings it is called as the kind is."""


class ProduceError(NewsfeedError):
    """A stream cannot be had, or does not take what it is sent."""

    transient = True


class Target(Protocol):
    """A stream that takes records."""

    takes_tombstones: bool

    def send(self, record: Record, /) -> None:
        """Send a record, soon. Raises ProduceError."""

    def keep_up(self) -> None:
        """Send on what waits, and hear of what was not taken; to be called some times a second. Raises ProduceError."""

    def finish(self, within: float, /) -> None:
        """Wait until all that was sent is taken. Raises ProduceError when it is not within so many seconds."""


def open_target(name: str, create: int | None) -> Target:
    """The target of this name, made first with so many partitions when it is not there.

    Raises UsageError for a name that is none, ProduceError when nothing is there that answers.
    """
    if name == OUTPUT:
        from pipelines.producing.output import Output

        return Output()
    kind = name.partition("://")[0]
    if kind not in TARGETS:
        known = f"{OUTPUT}, kafka://HOST:PORT/TOPIC or kinesis://STREAM?region=REGION"
        raise UsageError(f"cannot produce to {name}: expected {known}")
    try:
        module = import_module(f"pipelines.producing.{kind}")
    except ModuleNotFoundError as fault:
        if fault.name != TARGETS[kind]:
            raise
        needed = f"it needs the extra {kind}: pip install 'newsfeed-pipelines[{kind}]'"
        raise ProduceError(f"cannot produce to {name}: {needed}") from fault
    opened: Target = module.open_stream(name, create)
    return opened
