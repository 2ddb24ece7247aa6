"""What a user can do something about: such an error has a message that says what, where, expected and found.

Libraries tell faults of the world, such as a full disk, each in its own way; here they all become one line.
"""

import errno
import os
import re
from traceback import extract_tb

NUMBER = re.compile(r"os error (\d+)|errno (\d+)|code: (\d+),\s+kind")
"""The number that the system gave a fault, as libraries write it."""
PLACE = re.compile(
    r"(?:file|dir|directory:|path|operation on) ['\"]?((?:/|\w+://)[^'\"\n]+?)(?=['\"\n]|: |#\d+$|$)", re.MULTILINE
)
"""The place of a fault, as libraries write it."""
HADOOP = re.compile(
    r'^RPCError\("[\w.$]+", "|Generic HdfsObjectStore error ?: |RPC error ?: [\w.$]+ | at [\w.$/]+\([\w. ]+:\d+\).*'
)
"""What Hadoop's servers and their clients say around the words: names of classes, and whence in Java it comes."""
STORE = re.compile(r"Error performing [A-Z]+ (\S+)")
"""How the clients of object stores tell of a request that failed."""
HDFS = re.compile(r"HdfsObjectStore|RPCError")
"""How those of HDFS do."""
STATUS = re.compile(r"status code[\s:]+(\d{3}[\w -]*\w)")
CODE = re.compile(r"<Code>(\w+)</Code>")
"""What a store answers instead of what was asked for."""
TIMED_OUT = re.compile(r"TimedOut|timed out")
KEYS_ELSEWHERE = "http://169.254."
"""Where clients ask for keys that nothing else gave them: what runs a machine in a cloud answers there."""
COLOURS = re.compile(r"\x1b\[\d*m")
WORLD = (
    "deltalake",
    "obstore",
    "_internal",
    "pyspark",
    "grpc",
    "py4j",
    "fsspec",
    "hdfs_native",
    "_hdfs_native",
    "pysail",
)
"""The packages whose errors tell what a server, a store or a table is like."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
"""The faults that only writing has."""
NOT_THERE = {errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT}
"""The faults of servers that are not there."""
LONGEST = 500


class NewsfeedError(Exception):
    """The base of all errors that a command tells on one line, without a traceback.

    A transient one may pass, so that the same command may succeed when it is tried again.
    """

    exit_code = 1
    transient = False


class UsageError(NewsfeedError):
    """The command was called wrongly."""

    exit_code = 2


def number_of(fault: BaseException) -> int | None:
    """The system's number for a fault, None when it was not the system's; libraries tell it in their text."""
    number = getattr(fault, "errno", None)
    if isinstance(number, int) and number > 0:
        return number
    told = NUMBER.search(COLOURS.sub("", str(fault)))
    return None if told is None else int(next(filter(None, told.groups())))


def reason(fault: BaseException) -> str:
    """What went wrong, on one line: in the system's words where it was the system's fault."""
    number = number_of(fault)
    if number is not None:
        return os.strerror(number)
    told = COLOURS.sub("", str(fault)).replace("↳", ":").replace("\\n", " ").replace("\\t", " ").replace('\\"', '"')
    text = _of_a_store(told) or HADOOP.sub("", " ".join(told.split())) or type(fault).__name__
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _of_a_store(told: str) -> str | None:
    """What is told of a request to an object store that failed, None for what else."""
    asked, status = STORE.search(told), STATUS.search(told)
    if asked is None:
        return None
    if asked[1].startswith(KEYS_ELSEWHERE):
        return "no keys: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or others that its client knows"
    if status is not None:
        code = CODE.search(told)
        return f"its server answers {status[1]}" + (f", {code[1]}" if code else "")
    return "no answer from its server" if TIMED_OUT.search(told) else None


def is_of_a_store_that_is_gone(fault: BaseException) -> bool:
    """Whether an object store did not answer a request, or said that it cannot now, however often it was asked."""
    told = COLOURS.sub("", str(fault)).replace("↳", ":")
    if STORE.search(told) is None:
        return False
    status = STATUS.search(told)
    return status[1].startswith("5") if status else number_of(fault) in NOT_THERE or bool(TIMED_OUT.search(told))


def is_of_the_system(fault: BaseException) -> bool:
    """Whether a fault that a library tells is the system's or a server's, not that of what was asked."""
    told = COLOURS.sub("", str(fault))
    return number_of(fault) is not None or any(pattern.search(told) for pattern in (STORE, HDFS))


def place_of(fault: BaseException) -> str | None:
    """The file or folder with which something went wrong, None where the fault does not say it."""
    named = getattr(fault, "filename", None)
    if named is not None:
        return os.fsdecode(named) if isinstance(named, str | bytes) else None
    told = PLACE.search(COLOURS.sub("", str(fault)))
    return None if told is None else told[1]


def line_of(fault: BaseException) -> str:
    """What a command says of a fault: one line, whatever it is."""
    if isinstance(fault, NewsfeedError):
        return str(fault)
    if isinstance(fault, MemoryError):
        return f"not enough memory: {reason(fault)}"
    if isinstance(fault, ImportError):
        return f"the installation is not whole: {reason(fault)}"
    if isinstance(fault, RuntimeError) and "start new thread" in str(fault):
        return "the system gives this user no more threads"
    if isinstance(fault, OSError) or number_of(fault) is not None or _is_of_the_world(fault):
        place = place_of(fault)
        verb = "write" if number_of(fault) in NO_ROOM else "read"
        return reason(fault) if place is None else f"cannot {verb} {place}: {reason(fault)}"
    return _bug(fault)


def is_transient(fault: BaseException) -> bool:
    """Whether a fault may pass: a server that is away, a disk that is full, another process that came first."""
    if isinstance(fault, NewsfeedError):
        return fault.transient
    if isinstance(fault, ImportError):
        return False
    return isinstance(fault, OSError | MemoryError) or number_of(fault) is not None or _is_of_the_world(fault)


def happened_in(fault: BaseException, step: str) -> None:
    """Let a fault know in which step of a command it happened."""
    fault.__dict__.setdefault("step", step)


def step_of(fault: BaseException) -> str | None:
    """The step of a command in which a fault happened, None where it has no steps."""
    step = fault.__dict__.get("step")
    return step if isinstance(step, str) else None


def _is_of_the_world(fault: BaseException) -> bool:
    return type(fault).__module__.partition(".")[0] in WORLD


def _bug(fault: BaseException) -> str:
    """What to say of an error that no user can do anything about."""
    last = extract_tb(fault.__traceback__)[-1] if fault.__traceback__ else None
    where = "" if last is None else f" at {last.filename}, line {last.lineno}"
    return f"this is a bug of newsfeed: {type(fault).__name__}{where}: {reason(fault)} (NEWSFEED_DEBUG=1 tells more)"
