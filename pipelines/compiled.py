"""How functions are compiled: once, kept on disk, run without the interpreter's lock."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_njit: Any = numba.njit  # its declared options lack some


@lru_cache
def _sources(folder: Path) -> str:
    """What tells the modules of a folder, and those that all folders share, from any other version of them."""
    digest = hashlib.blake2b(digest_size=6)
    for file in sorted({*folder.glob("*.py"), *Path(__file__).parent.glob("*.py")}):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def compiled(function: Function) -> Function:
    """The function as machine code.

    It is kept under a name with a digest of its folder and of what all share: numba looks for changes only in the
    function's own file, and would go on with stale code of the functions that it calls. It must not make an array, so
    that nothing counts references (`_nrt`), which takes much of the time otherwise.
    """
    function.__qualname__ += f"_{_sources(Path(function.__code__.co_filename).parent)}"
    return cast("Function", _njit(cache=True, nogil=True, _nrt=False)(function))


def inlined(function: Function) -> Function:
    """The function as a part of the compiled ones that call it."""
    return cast("Function", _njit(nogil=True, _nrt=False, forceinline=True)(function))
