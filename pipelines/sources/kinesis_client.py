"""The client of Kinesis: how a URL names a stream, for how long it is asked, and what its faults say."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from threading import Event
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl

import boto3
from botocore import exceptions
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from botocore.session import get_session

from pipelines.errors import LONGEST, NewsfeedError, UsageError
from pipelines.sources.streams import parts_of
from pipelines.storage.places import PlaceError

FORM = "kinesis://STREAM?region=REGION"
STREAM = re.compile(r"[\w.-]{1,128}", re.ASCII)
REGION = re.compile(r"[a-z]+(?:-[a-z]+)+-\d+")
AT_ONCE = 8
"""How many shards are read at once."""
PATIENCE = 10.0
"""The seconds in which a server has to answer, so that one may start again meanwhile."""
PATIENCE_WHEN_BUSY = 60.0
"""The seconds in which it has to answer that says to be busy: others read the same shards."""
FIRST_WAIT, LONGEST_WAIT = 0.05, 2.0
"""The seconds before a call is made again, twice as many each time."""
BUSY = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "LimitExceededException",
        "KMSThrottlingException",
        "ThrottlingException",
        "Throttling",
        "RequestLimitExceeded",
    }
)
"""What a server says that is asked more than it answers."""
PASSING = (exceptions.ConnectionError, exceptions.HTTPClientError, ResponseParserError)
"""What is told of a server that is starting, or gone for a moment."""
SAID = {
    "ResourceNotFoundException": "there is no such stream, or shard of it",
    "UnrecognizedClientException": "its server does not know these keys",
    "InvalidSignatureException": "its server does not take these keys",
    "ExpiredTokenException": "the keys have expired",
}
"""What some faults say, in fewer words than the server's."""
NO_KEYS = "no keys: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or others that its client knows"


class Expired(NewsfeedError):
    """An iterator was not used for so long that it has expired."""


def named(url: str) -> tuple[str, str | None]:
    """The stream that a URL names, and its region, None where the variables of AWS are to say it. Raises UsageError."""
    parts = parts_of(url, FORM)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    region = dict(asked).get("region")
    is_plain = not parts.path.strip("/") and not parts.fragment and [name for name, _ in asked] in ([], ["region"])
    if not is_plain or not STREAM.fullmatch(parts.netloc) or (region is not None and not REGION.fullmatch(region)):
        raise UsageError(f"{url}: expected a URL such as {FORM}")
    return parts.netloc, region


@dataclass
class Client:
    """What asks the server of a URL's stream, until it `ends`."""

    url: str
    region: str | None
    doing: str = "read"
    ends: Event = field(default_factory=Event)

    @cached_property
    def _client(self) -> Any:
        settings = Config(
            retries={"total_max_attempts": 1},  # they are ours
            connect_timeout=PATIENCE / 2,
            read_timeout=PATIENCE,
            max_pool_connections=AT_ONCE,
        )
        try:
            return _session(self.region).client("kinesis", config=settings)
        except exceptions.NoRegionError as fault:
            raise UsageError(f"{self.url}: expected a region: {FORM}, or AWS_DEFAULT_REGION") from fault
        except (BotoCoreError, ValueError) as fault:
            raise self.failed(fault) from fault

    def ask(self, call: str, **asked: Any) -> Any:
        """What the server answers, asked again while it may pass that it does not. Raises PlaceError, Expired."""
        wait, begun = FIRST_WAIT, monotonic()
        while True:
            try:
                return getattr(self._client, call)(**asked)
            except (BotoCoreError, ClientError, ResponseParserError) as fault:
                if _code(fault) == "ExpiredIteratorException":
                    raise Expired(f"{self.url}: {_said(fault)}") from fault
                if monotonic() + wait > begun + _patience(fault) or self.ends.wait(wait):
                    raise self.failed(fault) from fault
            wait = min(2 * wait, LONGEST_WAIT)

    def failed(self, fault: Exception | str) -> PlaceError:
        """What to say of a fault."""
        return PlaceError(f"cannot {self.doing} {self.url}: {fault if isinstance(fault, str) else _said(fault)}")


def _session(region: str | None) -> Any:
    """A session of Amazon's client, in which the time of a record takes a tenth of what it takes by default."""
    core = get_session()
    factory = core.get_component("response_parser_factory")
    factory.set_parser_defaults(timestamp_parser=lambda time: datetime.fromtimestamp(float(time), UTC))
    return boto3.session.Session(botocore_session=core, region_name=region)


def _code(fault: Exception) -> str:
    """How the server calls a fault; empty for one of the client."""
    return str(fault.response["Error"].get("Code", "")) if isinstance(fault, ClientError) else ""


def _patience(fault: Exception) -> float:
    """For how many seconds a call is made again that meets such a fault."""
    if isinstance(fault, ClientError):
        if _code(fault) in BUSY:
            return PATIENCE_WHEN_BUSY
        return PATIENCE if fault.response["ResponseMetadata"].get("HTTPStatusCode", 0) >= 500 else 0
    return PATIENCE if isinstance(fault, PASSING) else 0


def _said(fault: Exception) -> str:
    if isinstance(fault, exceptions.NoCredentialsError):
        return NO_KEYS
    code = _code(fault)
    said = fault.response["Error"].get("Message") if isinstance(fault, ClientError) else str(fault)
    words = SAID.get(code) or " ".join(str(said or code).split())[:LONGEST]
    return f"{words} ({code})" if code else words
