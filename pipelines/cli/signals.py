"""TERM and HUP end a command as an interrupt does: what it made for itself is taken away first."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGHUP)


class Ended(BaseException):
    """The command was told to end, by a signal of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number

    def __str__(self) -> str:
        return f"ended by {signal.Signals(self.exit_code - 128).name}"


@contextmanager
def heard() -> Iterator[None]:
    """Raise Ended here when a signal tells the process to end, unless it is ignored, as `nohup` has it; once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heeded = [number for number in ENDING if signal.getsignal(number) is signal.SIG_DFL]
    for number in heeded:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, _frame: FrameType | None) -> None:
    """Let the next signal end the process at once, should it hang while it cleans up."""
    for one in ENDING:
        if signal.getsignal(one) is _end:
            signal.signal(one, signal.SIG_DFL)
    raise Ended(number)
