"""How functions are compiled: once, on all cores, kept on disk, run without the interpreter's lock."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar, cast

import numba

from pipelines.compiled.cache import Kept

Function = TypeVar("Function", bound=Callable[..., Any])

_njit: Any = numba.njit  # its declared options lack some
PROJECT = __name__.partition(".")[0]


@lru_cache
def _sources(package: str) -> bytes:
    """What tells the modules of a package, and those that all share, from any other version; they may be in a zip."""
    digest = hashlib.blake2b(files(__name__).joinpath("__init__.py").read_bytes(), digest_size=16)
    for shared in sorted({package, PROJECT}):
        modules = {file.name: file for file in files(shared).iterdir() if file.name.endswith(".py")}
        for name in sorted(modules):
            digest.update(modules[name].read_bytes())
    return digest.digest()


def compiled(function: Function) -> Function:
    """The function as machine code.

    It is kept under a name with a digest of its package and of what all share, as it may call functions of these. It
    must not make an array, so that nothing counts references (`_nrt`), which takes much of the time otherwise.
    """
    made = _njit(nogil=True, _nrt=False, no_cfunc_wrapper=True)(function)
    made._cache = Kept(function, made, _sources(function.__module__.rpartition(".")[0]))  # noqa: SLF001 (numba's own cache ends at the first damaged file)
    return cast("Function", made)


def inlined(function: Function) -> Function:
    """The function as a part of the compiled ones that call it; Python cannot call it.

    What Python would call it by takes a third of the compiler's time.
    """
    options = {"nogil": True, "_nrt": False, "forceinline": True}
    return cast("Function", _njit(**options, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function))
