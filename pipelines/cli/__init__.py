"""The command `newsfeed`."""

import gc
import os
import sys

from pipelines.errors import NewsfeedError

YOUNG = 50_000
"""New objects before Python looks for cycles among them: imports make half a million that stay."""
INTERRUPTED = 130
"""The exit code of a command that was interrupted, which is also what typer makes of an interrupt."""
ENVIRONMENT = {"ARROW_DEFAULT_MEMORY_POOL": "jemalloc"}
"""What Arrow is told before it is loaded: to take its memory where freed memory can be kept (`pipelines.memory`)."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0, or 1 when it failed, 2 when it was called wrongly, 130 when it was interrupted."""
    try:
        from pipelines.cli.app import app

        code = app(arguments, standalone_mode=False, prog_name="newsfeed")
    except NewsfeedError as fault:
        print(f"error: {fault}", file=sys.stderr)
        return fault.exit_code
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as fault:  # noqa: BLE001 (typer's own errors have no common base; others are raised again)
        return _usage_exit(fault)
    if code == INTERRUPTED:
        print("interrupted", file=sys.stderr)
    return code if isinstance(code, int) else 0


def _usage_exit(fault: Exception) -> int:
    """Show what typer has to say of a wrong call; anything else is ours, and is raised again."""
    show = getattr(fault, "show", None)
    if show is None:
        raise fault
    show()
    return int(getattr(fault, "exit_code", 2))


def script() -> None:
    """The console script, in a process of its own, whose memory it may manage.

    Python looks for cycles to free more rarely than usual, and not once more as it ends. An interrupted command has
    cleaned up when it comes here, and does not wait for what its threads still do.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    gc.set_threshold(YOUNG)
    try:
        code = main()
    finally:
        gc.freeze()
    if code == INTERRUPTED:
        os._exit(code)
    sys.exit(code)
