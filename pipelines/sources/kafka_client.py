"""The client of a Kafka: how a URL names a topic, with which settings brokers are asked, and what their faults say."""

import logging
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from time import monotonic
from traceback import clear_frames
from types import TracebackType
from typing import Any, Self, TypeVar

from confluent_kafka import KafkaError, KafkaException

from pipelines.errors import UsageError
from pipelines.storage.places import PlaceError

SCHEME = "kafka://"
FORM = f"{SCHEME}HOST:PORT[,HOST:PORT…]/TOPIC"
BROKER = re.compile(r"(?:[\w.-]+|\[[\da-fA-F:.]+\]):\d{1,5}", re.ASCII)
TOPIC = re.compile(r"[\w.-]{1,249}", re.ASCII)
SETTINGS = "NEWSFEED_KAFKA"
"""The variable that names a file with further settings of the client, such as how to log in: lines of NAME=VALUE."""
IN_CODE = re.compile(r"\w+_cb|logger|default\.topic\.config")
"""The client's settings that are no text: functions, and the like."""
GROUP = "group.id"
USUAL = {
    "client.id": "newsfeed",
    GROUP: "newsfeed",  # the client wants one; nothing is kept under it
    "reconnect.backoff.max.ms": 1000,
    "fetch.wait.max.ms": 50,
    "fetch.queue.backoff.ms": 10,  # else it waits for a second once so much is there that nobody took
    "fetch.message.max.bytes": 4 * 1024 * 1024,
    "receive.message.max.bytes": 2**31 - 1,  # a bound of what is within compressed records, too
}
"""Settings that those of the file go before."""
LAST_PORT = 65_535
PATIENCE = 10.0
"""The seconds in which brokers have to answer, so that one may start again meanwhile."""
LEAST = 1.0
"""The seconds for which they are asked at least, however much time went by before."""
T = TypeVar("T")
PASSING = frozenset(
    {
        KafkaError._TRANSPORT,  # noqa: SLF001 (that is how the client names them)
        KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001
        KafkaError._TIMED_OUT,  # noqa: SLF001
        KafkaError._RESOLVE,  # noqa: SLF001
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.BROKER_NOT_AVAILABLE,
        KafkaError.NETWORK_EXCEPTION,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        KafkaError.FENCED_LEADER_EPOCH,
    }
)
"""The faults of brokers that are starting, or gone for a moment."""
_SILENT = logging.getLogger("pipelines.sources.kafka")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


def named(url: str) -> tuple[str, str]:
    """The brokers and the topic that a URL names. Raises UsageError."""
    brokers, found, topic = url.removeprefix(SCHEME).partition("/")
    if not found or not TOPIC.fullmatch(topic) or not all(map(_is_broker, brokers.split(","))):
        raise UsageError(f"{url}: expected a URL such as {FORM}")
    return brokers, topic


def _is_broker(name: str) -> bool:
    return BROKER.fullmatch(name) is not None and 0 < int(name.rpartition(":")[2]) <= LAST_PORT


@dataclass
class Client:
    """What asks the brokers of a URL: their settings, what they last said went wrong, and until when they may.

    Clients that were made go at its end.
    """

    url: str
    brokers: str
    doing: str = "read"
    fault: KafkaError | None = None
    until: float = field(default_factory=lambda: monotonic() + PATIENCE)
    _made: list[Any] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, _fault: object, traceback: TracebackType | None) -> None:
        """Let go of what was made, on a thread of its own: on the main one a signal that comes meanwhile is lost."""
        thread = Thread(target=self._let_go, args=(traceback,), daemon=True)
        thread.start()
        thread.join()

    def _let_go(self, traceback: TracebackType | None) -> None:
        clear_frames(traceback)
        self._made.clear()

    def made(self, kind: Callable[[dict[str, Any]], T], **own: Any) -> T:
        """A client of a kind, with its own settings, which nobody may change.

        Raises UsageError for settings of the file with which there is none, PlaceError.
        """
        further = given()
        fixed = {"bootstrap.servers": self.brokers, "error_cb": self._note, "logger": _SILENT}
        try:
            made = kind({**USUAL, **further, **fixed, **own})
        except KafkaException as fault:
            if further:
                raise UsageError(f"{os.environ[SETTINGS]}: {_said(fault.args[0])}") from fault
            raise self.failed(fault.args[0]) from fault
        self._made.append(made)
        return made

    @property
    def seconds_left(self) -> float:
        """For how long brokers may be asked once more."""
        return max(self.until - monotonic(), LEAST)

    def _note(self, fault: KafkaError) -> None:
        """Keep what went wrong last; that all brokers are down, though, says less than why one of them is."""
        if self.fault is None or fault.code() != KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001
            self.fault = fault

    def answered(self) -> None:
        """Have patience anew."""
        self.until, self.fault = monotonic() + PATIENCE, None

    def require_patience(self, fault: KafkaError | None) -> None:
        """Raise PlaceError for a fault that does not pass, and for one that does once there is no patience left."""
        if fault is not None and fault.code() not in PASSING:
            raise self.failed(fault)
        if monotonic() > self.until:
            raise self.failed(self.fault or fault)

    def failed(self, fault: KafkaError | None, reason: str | None = None) -> PlaceError:
        """What to say of a fault; where there is none, the reason, or that nobody answered."""
        told = [reason] if reason else []
        told += [_said(fault)] if fault or not told else []
        return PlaceError(f"cannot {self.doing} {self.url}: {', '.join(told)}")


def _said(fault: KafkaError | None) -> str:
    """A fault in the words of the client, but for the names of its threads, and how often it had tried."""
    if fault is None:
        return f"no answer in {PATIENCE:.0f} seconds"
    if fault.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return "there is no such topic"
    words = re.sub(r"^(?:\S+: )?\S+/\w+: ", "", fault.str())
    return re.sub(r" \(after \d+ms in state .*?\)$", "", words)


def given() -> Mapping[str, str]:
    """The settings in the file that SETTINGS names. Raises UsageError for a line that is none, PlaceError."""
    place = os.environ.get(SETTINGS)
    if not place:
        return {}
    try:
        lines = Path(place).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise PlaceError(f"cannot read {place}, as {SETTINGS} says: {fault}") from fault
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        name, equals, value = line.partition("=")
        if line.strip() and not line.startswith("#"):
            if not equals:
                raise UsageError(f"{place}, line {number}: expected NAME=VALUE, as the client of Kafka has settings")
            if IN_CODE.fullmatch(name.strip()):
                raise UsageError(f"{place}, line {number}: {name.strip()} is no setting that a file can have")
            if name.strip() == GROUP and not value.strip():  # on which the client ends the process
                raise UsageError(f"{place}, line {number}: expected {GROUP}=VALUE, found none")
            found[name.strip()] = value.strip()
    return found
