"""The command `newsfeed`."""

import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from traceback import print_exception
from typing import NoReturn

from pipelines.cli import logs, streams
from pipelines.cli.ending import end
from pipelines.cli.signals import Ended, heard
from pipelines.errors import NewsfeedError, is_transient, line_of, step_of

YOUNG = 200_000
"""New objects before Python looks for cycles among them: more than imports make, which stay."""
INTERRUPTED = 130
"""The exit code of a command that was interrupted, which is also what typer makes of an interrupt."""
DEBUG = "NEWSFEED_DEBUG"
"""The variable that asks for the traceback of a fault, beside its line."""
FAULT_FILE = "NEWSFEED_FAULT_FILE"
"""The variable that names a file for what went wrong: the line, whether it may pass, and the step of a run, as JSON."""
PANIC = "PanicException"
"""How libraries in Rust end what they cannot go on with, such as too few open files; Python has no name for it."""
ENVIRONMENT = {"ARROW_DEFAULT_MEMORY_POOL": "jemalloc", "OPENBLAS_NUM_THREADS": "1", "RUST_LOG": "off"}
"""What libraries are told before they are loaded, unless the user told them else.

Arrow takes its memory where freed memory can be kept (`pipelines.memory`). NumPy's linear algebra, which nothing here
asks for, has no threads: as they start, they look for work for so long that loading NumPy takes half as much again.
Clients written in Rust do not warn beside the one line that says what went wrong.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0, or 1 when it failed, 2 when it was called wrongly, 128 + n when signal n ended it."""
    try:
        logs.begin(os.environ.get(logs.VARIABLE, "text"), _command(arguments))
        from pipelines.cli.app import app
        from pipelines.storage.servers import watched

        with heard(), watched(_gone):
            code = app(arguments, standalone_mode=False, prog_name="newsfeed")
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Ended as end:
        logs.ended(str(end), end.exit_code)
        return end.exit_code
    except BaseException as fault:
        if not isinstance(fault, Exception) and type(fault).__name__ != PANIC:
            raise
        return _told(fault)
    if code == INTERRUPTED:
        logs.ended("interrupted", code)
    return code if isinstance(code, int) else 0


def _command(arguments: list[str] | None) -> str | None:
    """Which command is called, None where the first argument is none."""
    given = sys.argv[1:] if arguments is None else arguments
    return given[0] if given and not given[0].startswith("-") else None


def _told(fault: BaseException) -> int:
    """Tell a fault on one line, typer's own in its words, with a traceback when one is asked for; the exit code."""
    if os.environ.get(DEBUG):
        print_exception(fault)
    show, message = getattr(fault, "show", None), getattr(fault, "format_message", None)
    code = int(getattr(fault, "exit_code", 1 if show is None else 2))
    line = line_of(fault) if message is None else message()
    if show is not None and not logs.are_json():
        show()
    elif line:
        logs.error(line, code)
    if os.environ.get(FAULT_FILE):
        _leave(line, fault, code)
    return code


def _gone(url: str) -> None:
    """End the process, whatever it waits for: a server that it needs does not answer any more. All can be repeated."""
    from pipelines.storage.servers import silent

    os._exit(_told(silent(url)))


def _leave(line: str, fault: BaseException, code: int) -> None:
    """Tell a fault to the program that started this one, too, if it can be written."""
    from pipelines.storage import outcomes

    facts = {"error": line, "transient": is_transient(fault), "step": step_of(fault), "exit_code": code}
    with suppress(NewsfeedError):
        outcomes.leave(os.environ[FAULT_FILE], facts)


def _written(code: int) -> int:
    """Write what is left for standard output; the exit code, which is another when that fails."""
    try:
        streams.finish()
    except NewsfeedError as fault:
        return code or _told(fault)
    return code


def process(command: Callable[[], int]) -> NoReturn:
    """Be a process of its own, whose memory it may manage, that runs a command, which tells its exit code, and ends.

    Cycles are looked for more rarely than usual.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    gc.set_threshold(YOUNG)
    streams.prepare()
    end(_written(command()))


def script() -> NoReturn:
    """The console script."""
    process(main)
