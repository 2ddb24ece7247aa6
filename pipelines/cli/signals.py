"""TERM and HUP end a command as an interrupt does: what it made for itself is taken away first."""

import os
import select
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGHUP)
GRACE = 10.0
"""The seconds in which a command cleans up once it was told to end; a library may not even let it begin.

Some take the exception for one of their own where they try what may not be there, and go on.
"""


class Ended(BaseException):
    """The command was told to end, by a signal of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number

    def __str__(self) -> str:
        return f"ended by {signal.Signals(self.exit_code - 128).name}"


@contextmanager
def heard() -> Iterator[None]:
    """Raise Ended here when a signal tells the process to end, unless it is ignored, as `nohup` has it.

    A second signal, or GRACE seconds, end the process whatever it is doing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heeded = [number for number in ENDING if signal.getsignal(number) is signal.SIG_DFL]
    for number in heeded:
        signal.signal(number, _end)
    try:
        with _watched():
            yield
    finally:
        for number in heeded:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def told_to_end() -> Iterator[Callable[[], bool]]:
    """Whether INT, TERM or HUP said here that it is enough; the command then ends what it does, within GRACE."""
    told: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, *ENDING)}
    heeded = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in heeded:
        signal.signal(number, lambda told_now, _frame: told.append(told_now))
    try:
        yield lambda: bool(told)
    finally:
        for number in heeded:
            signal.signal(number, before[number])


def _end(number: int, _frame: FrameType | None) -> None:
    raise Ended(number)


@contextmanager
def _watched() -> Iterator[None]:
    """Let a thread hear of signals too, which does not wait for what this one does."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reader,), daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        writer.close()


def _watch(reader: socket.socket) -> None:
    with reader:
        while heard := reader.recv(1):
            if heard[0] in (signal.SIGINT, *ENDING):
                told, _, _ = select.select([reader], [], [], GRACE)
                if not told or reader.recv(1):
                    os._exit(128 + heard[0])
                return
