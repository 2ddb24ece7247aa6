"""`python -m tests.signatures` writes the list of what landings and runs compile, from what the demo's need."""

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path

from pipelines.compiled import folders, signatures
from pipelines.compiled.cache import Kept

LDBC = Path(__file__).parents[1] / "data" / "ldbc-snb-test"


def demo(root):
    """Two landings and two runs, as `make demo` does."""
    from pipelines.cli import main

    with contextlib.redirect_stdout(io.StringIO()):
        for part in ("snapshot", "update_streams"):
            for command in (["land", str(LDBC / part), "--format", "ldbc"], ["run"]):
                assert main([*command, "--root", root]) == 0


def entries():
    """What this process has called of what is compiled, the largest first: that takes the compiler longest."""
    modules = [module for name, module in sys.modules.items() if name.startswith("pipelines.")]
    functions = {id(one): one for module in modules for one in vars(module).values()}.values()
    sizes = {}
    for function in functions:
        kept = getattr(function, "_cache", None)
        for kinds in function.overloads if isinstance(kept, Kept) else ():
            entry = signatures.entry_of(kept.function, kinds)
            if signatures.resolved(entry) is not None:
                sizes[json.dumps(entry)] = len(folders.read(kept.name(kinds)))
    return sorted(sizes, key=lambda entry: (-sizes[entry], entry))


def needed_by_the_demo():
    """The entries of all that the demo needs."""
    with tempfile.TemporaryDirectory() as folder:
        demo(f"{folder}/lake")
    return entries()


if __name__ == "__main__":
    Path(str(signatures.LIST)).write_text("[\n" + ",\n".join(needed_by_the_demo()) + "\n]\n", "utf-8")
