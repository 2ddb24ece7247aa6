"""Which functions a landing and a run compile, and for which kinds of arguments, as `signatures.json` lists them.

The list only makes things quicker: what is not in it is compiled when it is first called.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from numba.core import types

LIST = files(__package__).joinpath("signatures.json")
PACKAGE = __name__.partition(".")[0]
PROJECT = Path(__file__).parents[2]

Entry = tuple[str, str, list[Any]]
"""A module, a function's name, and the kinds of its arguments: what takes the compiler longest comes first."""


def entries() -> Iterable[Entry]:
    """All that is listed; nothing where the list cannot be read."""
    try:
        listed = json.loads(LIST.read_text("utf-8"))
    except (OSError, ValueError):
        return ()
    return cast("Iterable[Entry]", listed)


def is_loaded(entry: Entry) -> bool:
    """Whether this process has loaded the module."""
    return f"{PACKAGE}.{entry[0]}" in sys.modules


def resolved(entry: Entry) -> tuple[Any, tuple[Any, ...]] | None:
    """The compiled function of an entry and its signature; None when there is no such function any more."""
    module, name, kinds = entry
    try:
        function = getattr(import_module(f"{PACKAGE}.{module}"), name)
        return function, tuple(type_of(kind) for kind in kinds)
    except (ImportError, AttributeError):
        return None


def type_of(kind: Any) -> Any:
    """The compiler's type, as it is written in the list."""
    if isinstance(kind, str):
        return types.boolean if kind == "bool" else getattr(types, kind)
    what, *parts = kind
    if what == "array":
        of, dimensions, layout, writable = parts
        return types.Array(type_of(of), dimensions, layout, readonly=not writable)
    inner = [type_of(part) for part in parts]
    if what == "tuple":
        return types.BaseTuple.from_types(inner)
    module, _, name = what.rpartition(".")
    return types.BaseTuple.from_types(inner, getattr(import_module(f"{PACKAGE}.{module}"), name))


def written(kind: Any) -> Any:
    """A type of the compiler's as it is written in the list."""
    if isinstance(kind, types.Array):
        return ["array", written(kind.dtype), kind.ndim, kind.layout, kind.mutable]
    if not isinstance(kind, types.BaseTuple):
        return str(kind)
    named = getattr(kind, "instance_class", None)
    what = "tuple" if named is None else f"{named.__module__.removeprefix(f'{PACKAGE}.')}.{named.__name__}"
    return [what, *(written(part) for part in cast("Iterable[Any]", kind))]


def entry_of(function: Any, signature: Sequence[Any]) -> Entry:
    """The entry of a function and a signature."""
    return function.__module__.removeprefix(f"{PACKAGE}."), function.__name__, [written(kind) for kind in signature]
