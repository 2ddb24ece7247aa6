"""How functions are compiled: once, kept on disk, run without the interpreter's lock."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

Function = TypeVar("Function", bound=Callable[..., Any])

Typed = tuple[Any, Callable[..., Any]]

_njit: Any = numba.njit  # its declared options lack some


@lru_cache
def _sources(folder: Path) -> str:
    """What tells the modules of a folder from any other version of them."""
    digest = hashlib.blake2b(digest_size=6)
    for file in sorted(folder.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def compiled(function: Function) -> Function:
    """The function as machine code.

    It is kept under a name with a digest of its folder: numba looks for changes only in the function's own file, and
    would go on with stale code of the functions that it calls. It must not make an array, so that nothing counts
    references (`_nrt`), which takes much of the time otherwise.
    """
    function.__qualname__ += f"_{_sources(Path(function.__code__.co_filename).parent)}"
    return cast("Function", _njit(cache=True, nogil=True, _nrt=False)(function))


def inlined(function: Function) -> Function:
    """The function as a part of the compiled ones that call it."""
    return cast("Function", _njit(nogil=True, _nrt=False, forceinline=True)(function))


def primitive(function: Callable[..., Typed]) -> Any:
    """The function as one that tells the compiler which instructions a call stands for."""
    return intrinsic(function)


@primitive
def prefetch(_typing: Any, table: Any, _row: Any) -> Typed:
    """Lets the processor fetch a row of a table into the cache while it goes on; the row must be in the table."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, given[0])
        row = builder.mul(given[1], builder.extract_value(array.strides, 0))
        address = builder.gep(builder.bitcast(array.data, ir.IntType(8).as_pointer()), [row])
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [address.type, number, number, number])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [address.type], kind)
        builder.call(fetch, [address, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(table, types.int64), code
