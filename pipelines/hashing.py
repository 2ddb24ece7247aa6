"""Content hashes of tables: insensitive to the order of rows, equal on every engine.

A row's hash runs over its columns in their declared order, nulls tagged; a table's is the exact sum of its
rows' hashes. The mixer is the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.arrays import bools, fixed_values
from pipelines.compiled import compiled, inlined
from pipelines.machine import load, reversed_bytes

Array = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]

_NULL = np.uint64(0x9AE16A3B2F90404F)


@inlined
def mix(value: np.uint64) -> np.uint64:
    """A bijection of 64-bit words whose output bits each depend on all input bits."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@inlined
def slot_of(value: Any, mask: Any) -> Any:
    """Where a value, or its hash, points to among slots: a number with just bits of the mask."""
    return np.int64((np.uint64(value) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(20)) & np.uint64(mask))


@compiled
def _add_words(hashes: Array, words: Array, valid: Bytes) -> None:
    for row in range(len(hashes)):
        word = words[row] if valid[row] else _NULL
        hashes[row] = mix(hashes[row] * np.uint64(0x9E3779B97F4A7C15) + mix(word + np.uint64(valid[row])))


@compiled
def _hash_bytes(data: Bytes, offsets: Offsets, hashes: Array) -> None:
    for row in range(len(hashes)):
        start, end = offsets[row], offsets[row + 1]
        state, rest = mix(np.uint64(end - start)), end - (end - start) % 8
        for at in range(start, rest, 8):
            state = mix(state ^ reversed_bytes(load(data, at)))
        word = np.uint64(0)
        for at in range(rest, end):
            word = (word << np.uint64(8)) | np.uint64(data[at])
        hashes[row] = mix(state ^ word)


@compiled
def _hash_lists(items: Array, offsets: Offsets, hashes: Array) -> None:
    for row in range(len(hashes)):
        state = mix(np.uint64(offsets[row + 1] - offsets[row]))
        for at in range(offsets[row], offsets[row + 1]):
            state = mix(state ^ items[at])
        hashes[row] = state


@compiled
def _halves(hashes: Array, sums: Array) -> None:
    """Add up the high and the low halves of the words, of which neither sum can wrap."""
    for value in hashes:
        sums[0] += value >> np.uint64(32)
        sums[1] += value & np.uint64(0xFFFFFFFF)


def _offsets(array: pa.Array) -> Offsets:
    offsets: Offsets = np.frombuffer(array.buffers()[1], np.int32)
    return offsets[array.offset : array.offset + len(array) + 1]


def _words(array: pa.Array) -> Array:
    """One 64-bit word a value; what stands where a value is null does not matter."""
    if len(array) == 0:
        return np.empty(0, np.uint64)
    hashes = np.empty(len(array), np.uint64)
    if pa.types.is_list(array.type):
        _hash_lists(_words(array.values), _offsets(array), hashes)
        return hashes
    if pa.types.is_string(array.type) or pa.types.is_binary(array.type):
        _hash_bytes(np.frombuffer(array.buffers()[2] or b"", np.uint8), _offsets(array), hashes)
        return hashes
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    return fixed_values(array).astype(np.int64, copy=False).view(np.uint64)


def row_hashes(batch: pa.RecordBatch) -> Array:
    """The hash of each row of a batch."""
    hashes = np.zeros(batch.num_rows, np.uint64)
    for array in batch.columns:
        valid = bools(array.is_valid()).view(np.uint8) if array.null_count else np.ones(batch.num_rows, np.uint8)
        _add_words(hashes, _words(array), valid)
    return hashes


def content_hash(batch: pa.RecordBatch) -> int:
    """The exact sum of a batch's row hashes: at most 128 bits, so it neither wraps nor loses pairs."""
    sums = np.zeros(2, np.uint64)
    _halves(row_hashes(batch), sums)
    return (int(sums[0]) << 32) + int(sums[1])
