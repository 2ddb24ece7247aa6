"""The command `newsfeed`, by a name that no other package has: it puts its own `pipelines` before any other.

Another folder of that name on `PYTHONPATH` or in the current directory comes first otherwise.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent


def script() -> None:
    """Run the command in a process of its own."""
    found = find_spec("pipelines")
    if found is None or found.origin != str(HERE / "pipelines" / "__init__.py"):
        sys.path.insert(0, str(HERE))
    from pipelines.cli import script as run

    run()
