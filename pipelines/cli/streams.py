"""Standard output as any user leaves it: closed, a pipe that nobody reads on, a full disk, another encoding."""

import codecs
import io
import os
import sys

from pipelines.errors import NewsfeedError, reason

ESCAPED = "escaped"
OUT, ERR = 1, 2


class OutputError(NewsfeedError):
    """Standard output cannot be written."""


class NobodyReads(NewsfeedError):
    """Who read standard output went away; the exit code is that of a program that SIGPIPE ended."""

    exit_code = 141


class _Output(io.FileIO):
    """Standard output, whose faults are told as others are."""

    def write(self, data: object) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except BrokenPipeError:
            raise NobodyReads from None
        except OSError as fault:
            raise OutputError(f"cannot write to standard output: {reason(fault)}") from fault


def prepare() -> None:
    """Make standard output one whose faults are told on one line, and which writes any character."""
    for descriptor, mode in ((0, os.O_WRONLY), (OUT, os.O_RDONLY), (ERR, os.O_RDWR)):
        _open_if_closed(descriptor, mode)
    codecs.register_error(ESCAPED, escaped)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    output = io.BufferedWriter(_Output(OUT, "w", closefd=False))
    sys.stdout = io.TextIOWrapper(output, encoding, ESCAPED, line_buffering=os.isatty(OUT))
    sys.stderr = sys.stderr or io.TextIOWrapper(io.FileIO(ERR, "w", closefd=False), write_through=True)


def _open_if_closed(descriptor: int, mode: int) -> None:
    """Let a closed descriptor be one that cannot be used either, lest a file of the lake become it."""
    try:
        os.fstat(descriptor)
    except OSError:
        opened = os.open(os.devnull, mode)
        if opened != descriptor:
            os.dup2(opened, descriptor)
            os.close(opened)


def escaped(fault: UnicodeError) -> tuple[str, int]:
    """What an encoding lacks, as JSON and Python write it in ASCII."""
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    units = fault.object[fault.start : fault.end].encode("utf-16-be", "surrogatepass")
    codes = [units[place : place + 2].hex() for place in range(0, len(units), 2)]
    return "".join(f"\\u{code}" for code in codes), fault.end


def finish() -> None:
    """Write what is left for standard output. Raises OutputError, NobodyReads; nothing more is written then."""
    try:
        sys.stdout.flush()
    except NewsfeedError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, OUT)
        os.close(nowhere)
        raise
