"""What a command says of itself on standard error: lines for a person, or one JSON object a line for who collects logs.

A person is told warnings and errors, in text. JSON also has each step of a run and what landed and was published, with
their numbers: `time` (RFC 3339, UTC), `level` (info, warning, error), `command`, `message`, and what belongs to it.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from pipelines.characters import printable
from pipelines.errors import UsageError

FORMATS = ("text", "json")
VARIABLE = "NEWSFEED_LOG_FORMAT"
ENDED = logging.CRITICAL
"""The level of a command's end by a signal, which a person is told without a word before it."""
PREFIXES = {logging.WARNING: "warning: ", logging.ERROR: "error: "}
LEVELS = {logging.WARNING: "warning", logging.ERROR: "error", ENDED: "error"}
LOGGER = logging.getLogger("pipelines")


def begin(written: str, command: str | None) -> None:
    """Log in a format from now on, as this command. Raises UsageError for one that is unknown."""
    if written not in FORMATS:
        LOGGER.handlers = [_Stderr(_Text())]
        raise UsageError(f"--log-format: expected one of {', '.join(FORMATS)}, found {written!r}")
    LOGGER.handlers = [_Stderr(_Json(command) if written == "json" else _Text())]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def are_json() -> bool:
    """Whether what is logged is for machines, so that nothing else belongs on standard error."""
    return any(isinstance(handler.formatter, _Json) for handler in LOGGER.handlers)


def fact(message: str, **facts: Any) -> None:
    """Log what was done, with its facts, for machines alone."""
    LOGGER.info(message, extra={"facts": facts})


def warning(text: str) -> None:
    """Log what a person should know though the command succeeds."""
    LOGGER.warning("%s", text)


def error(text: str, exit_code: int) -> None:
    """Log why the command fails."""
    LOGGER.error("%s", text, extra={"ending": {"exit_code": exit_code}})


def ended(text: str, exit_code: int) -> None:
    """Log that a signal ended the command."""
    LOGGER.log(ENDED, "%s", text, extra={"ending": {"exit_code": exit_code}})


class _Stderr(logging.Handler):
    """Writes lines to what is standard error at that time."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        if line:
            print(line, file=sys.stderr)


class _Text(logging.Formatter):
    """Lines for a person; nothing for facts."""

    def format(self, record: logging.LogRecord) -> str:
        if hasattr(record, "facts"):
            return ""
        text = f"{PREFIXES.get(record.levelno, '')}{record.getMessage()}"
        written = text.encode("utf-8", "backslashreplace").decode()
        return "\n".join(map(printable, written.split("\n")))


class _Json(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, command: str | None) -> None:
        super().__init__()
        self._command = command

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, Any] = getattr(record, "facts", {}) | getattr(record, "ending", {})
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        level = LEVELS.get(record.levelno, "info")
        told: dict[str, Any] = {"time": time, "level": level, "command": self._command, "message": record.getMessage()}
        return json.dumps({name: value for name, value in (told | facts).items() if value is not None})
