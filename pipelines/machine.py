"""What compiled code stands on: words of eight bytes at any place of an array, and single instructions."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

Bytes = npt.NDArray[np.uint8]
Int64s = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]

Typed = tuple[Any, Callable[..., Any]]

WORD = ir.IntType(64)
ZERO = cast("int", np.int64(0))  # a plain 0 is a type of its own to the compiler, which then compiles everything twice


def primitive(function: Callable[..., Typed]) -> Any:
    """The function as one that tells the compiler which instructions a call stands for."""
    return intrinsic(function)


def _place(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    """The address of the word that begins at a byte of an array."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), WORD.as_pointer())


@primitive
def load(_typing: Any, data: Any, _at: Any) -> Typed:
    """The eight bytes of `data` from `at` on as a little-endian number; they must be there."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.load(_place(context, builder, signature.args[0], *given), align=1)

    return types.uint64(data, types.int64), code


@primitive
def byte(_typing: Any, data: Any, _at: Any) -> Typed:
    """The byte of `data` at a place, which must be there: without a look whether the place counts from the end."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        return builder.zext(builder.load(builder.gep(data, [given[1]])), WORD)

    return types.int64(data, types.int64), code


@primitive
def store(_typing: Any, data: Any, _at: Any, _word: Any) -> Typed:
    """Puts a word into `data` from `at` on; there must be room for eight bytes."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        array, place, value = given
        builder.store(value, _place(context, builder, signature.args[0], array, place), align=1)
        return context.get_dummy_value()

    return types.void(data, types.int64, types.uint64), code


@primitive
def trailing_zeros(_typing: Any, _word: Any) -> Typed:
    """How many of the lowest bits are 0, of a word that is not 0."""

    def code(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.cttz(given[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), code


@primitive
def reversed_bytes(_typing: Any, _word: Any) -> Typed:
    """The word with its bytes in the other order: of a little-endian number the big-endian one."""

    def code(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.bswap(given[0])

    return types.uint64(types.uint64), code


@primitive
def prefetch(_typing: Any, table: Any, _row: Any) -> Typed:
    """Lets the processor fetch a row of a table into the cache while it goes on; does nothing where there is none."""

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
