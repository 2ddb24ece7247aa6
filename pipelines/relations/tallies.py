"""Tallies: how often facts name each id, counted where the facts are and added up where the ids belong."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import arrow, int64s


def tallies(key: str) -> pa.Schema:
    """The columns of tallies: the id, which fact names it, how often."""
    return pa.schema([(key, pa.int64()), ("fact", pa.string()), ("number", pa.int64())])


def tally(key: str, fact: str, ids: pa.ChunkedArray) -> pa.Table:
    """How often the ids, in which nothing is null, name each."""
    values, numbers = pc.value_counts(ids).flatten()
    return pa.table([values, pa.repeat(pa.scalar(fact), len(values)), numbers], tallies(key))


def totals(ids: pa.ChunkedArray, fact: str, rows: pa.Table, key: str) -> pa.Array:
    """For each of the ids how often the fact names it, by all its tallies; what names no such id is left out."""
    of_fact = rows.filter(pc.field("fact") == fact)
    at = pc.index_in(of_fact[key], ids.combine_chunks())
    known = pc.is_valid(at)
    found = np.zeros(len(ids), np.int64)
    np.add.at(found, int64s(at.filter(known).cast(pa.int64())), int64s(of_fact["number"].filter(known)))
    return arrow(found, pa.int64())
