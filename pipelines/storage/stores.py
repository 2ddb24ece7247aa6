"""How object stores are reached: by the variables that their clients know, for files and tables alike.

A request that is not answered, or fails, is tried again for LONGEST seconds.
"""

import os
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

SCHEMES = ("s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss")
"""The schemes of the URLs of object stores."""
LONGEST = 9
"""The seconds in which a request has to be answered, and after which one that failed is not tried again."""
CONNECT, WHOLE = "5s", "300s"
"""How long it may take to connect, and to have all that an answer says."""
RETRIES, FIRST_PAUSE, LAST_PAUSE = 50, 0.1, 2
"""How often a request is tried again, and after how many seconds."""


def is_object_store(place: str) -> bool:
    """Whether a place is a URL of an object store."""
    return "://" in place and urlsplit(place).scheme in SCHEMES


def _keys() -> dict[str, Any]:
    """Who gives the keys where a profile does, which only Amazon's own client can read."""
    if "AWS_PROFILE" not in os.environ or "AWS_ACCESS_KEY_ID" in os.environ:
        return {}
    try:
        from obstore.auth.boto3 import Boto3CredentialProvider
    except ImportError as fault:
        raise ImportError("AWS_PROFILE needs boto3: pip install boto3") from fault
    return {"credential_provider": Boto3CredentialProvider()}


def _allows_http() -> bool:
    """Whether what is given is an endpoint without encryption; the engine's client asks the variable."""
    if os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://"):
        os.environ.setdefault("AWS_ALLOW_HTTP", "true")
    return os.environ.get("AWS_ALLOW_HTTP", "").lower() in {"1", "true"}


def for_files(bucket: str) -> dict[str, Any]:
    """How the files of a bucket are reached, as their client wants it. Raises ImportError."""
    pauses = {"init_backoff": timedelta(seconds=FIRST_PAUSE), "max_backoff": timedelta(seconds=LAST_PAUSE), "base": 2}
    return {
        "client_options": {
            "allow_http": _allows_http(),
            "connect_timeout": CONNECT,
            "read_timeout": f"{LONGEST}s",
            "timeout": WHOLE,
        },
        "retry_config": {
            "max_retries": RETRIES,
            "retry_timeout": timedelta(seconds=LONGEST),
            "backoff": pauses,
        },
        **(_keys() if bucket.startswith("s3") else {}),
    }


def for_tables(place: str) -> dict[str, str] | None:
    """How the table at a place is reached, as its client wants it; a commit is a file that must not be there yet."""
    if not is_object_store(place):
        return None
    return {
        "allow_http": str(_allows_http()).lower(),
        "conditional_put": "etag",
        "connect_timeout": CONNECT,
        "timeout": f"{LONGEST}s",
        "max_retries": str(RETRIES),
        "retry_timeout": f"{LONGEST}s",
        "backoff_config.init_backoff": f"{FIRST_PAUSE * 1000:.0f}ms",
        "backoff_config.max_backoff": f"{LAST_PAUSE}s",
    }
