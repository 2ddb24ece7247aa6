"""Objects of S3: the inbox that is a bucket's prefix, and objects that a notice tells of."""

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import IO, Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from pipelines.errors import reason
from pipelines.serverless.inbox import EXPECTED, S3, InboxError

CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4})
"""A store that does not answer is given up before a function that has a minute is ended."""
BUSY = {"SlowDown", "RequestTimeout", "Throttling", "RequestLimitExceeded"}
"""How a store says that the same may succeed later, beside its numbers from 500 on."""


@cache
def client() -> Any:
    """The client of S3, which all calls of a process share."""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return botocore.session.get_session().create_client("s3", region_name=region, config=CONFIG)


@dataclass(frozen=True)
class BucketInbox:
    """An inbox that is a bucket, below a prefix that is empty or ends with a slash."""

    bucket: str
    prefix: str

    @classmethod
    def at(cls, url: str) -> "BucketInbox":
        """The inbox at `s3://BUCKET/PREFIX`. Raises InboxError when it names no bucket."""
        bucket, _, path = url.removeprefix(S3).partition("/")
        if not bucket:
            raise InboxError(f"{EXPECTED}, found {url}")
        return cls(bucket, f"{path.strip('/')}/" if path.strip("/") else "")

    def has(self, bucket: str, key: str) -> bool:
        """Whether an object is in this inbox."""
        return bucket == self.bucket and key.startswith(self.prefix)

    def put(self, name: str, lines: IO[bytes]) -> None:
        """Put an object, which is there at once, durable and whole."""
        key = self.prefix + name
        with telling("write", f"{S3}{self.bucket}/{key}"):
            client().put_object(Bucket=self.bucket, Key=key, Body=lines)


def opened(bucket: str, key: str, version: str | None) -> IO[bytes]:
    """The bytes of an object, of one version if it is given, as they come. Raises InboxError, also while it is read."""
    place = f"{S3}{bucket}/{key}"
    with telling("read", place):
        found = client().get_object(Bucket=bucket, Key=key, **({"VersionId": version} if version else {}))
        return _Body(found["Body"], place)  # type: ignore[return-value]


class _Body(io.RawIOBase):
    """An object's bytes, of which faults are told as of all others."""

    def __init__(self, body: IO[bytes], place: str) -> None:
        self._body = body
        self._place = place

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with telling("read", self._place):
            data = self._body.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._body.close()
        super().close()


@contextmanager
def telling(verb: str, place: str) -> Iterator[None]:
    """Tell what the store or its client says as an InboxError: what cannot be done with which place."""
    try:
        yield
    except ClientError as fault:
        answer: Mapping[str, Any] = fault.response
        status, code = answer["ResponseMetadata"].get("HTTPStatusCode", 0), answer["Error"].get("Code", "")
        said = f"its server answers {status}, {code}"
        raise InboxError(f"cannot {verb} {place}: {said}", transient=status >= 500 or code in BUSY) from fault
    except (NoCredentialsError, PartialCredentialsError) as fault:
        raise InboxError(f"cannot {verb} {place}: no keys: expected a role, or AWS_ACCESS_KEY_ID …") from fault
    except BotoCoreError as fault:
        raise InboxError(f"cannot {verb} {place}: {reason(fault)}", transient=True) from fault
