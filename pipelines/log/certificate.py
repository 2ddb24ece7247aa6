"""The completeness certificate: of the log's events, per type and ingestion date, their number and their hash.

Each landing's commit carries its own and the total so far; a run recomputes the total from the rows that it reads.
A hash is the exact sum of the events' content hashes.
"""

import json
from collections.abc import Collection, Iterable

import numpy as np
import pyarrow as pa

from pipelines.arrays import arrow, int64s, repeated
from pipelines.clock import date_of
from pipelines.inputs import Extract

Certificate = dict[str, dict[str, tuple[int, int]]]

APPLICATION = "land"
"""Whose transactions landings are."""


def total_of(certificates: Iterable[Certificate]) -> Certificate:
    """The certificate of all the events of several."""
    total: Certificate = {}
    for certificate in certificates:
        for event_type, dates in certificate.items():
            for date, (count, hashes) in dates.items():
                before = total.setdefault(event_type, {}).get(date, (0, 0))
                total[event_type][date] = (before[0] + count, before[1] + hashes)
    return total


def without(total: Certificate, some: Certificate) -> Certificate:
    """The certificate of all the events but for some of them."""
    left: Certificate = {}
    for event_type, dates in total.items():
        for date, (count, hashes) in dates.items():
            fewer, less = some.get(event_type, {}).get(date, (0, 0))
            if count > fewer:
                left.setdefault(event_type, {})[date] = (count - fewer, hashes - less)
    return left


def by_type(certificate: Certificate) -> Certificate:
    """The certificate by type alone, as those of one landing may have come on different days."""
    return {
        kind: {"": (sum(count for count, _ in days.values()), sum(hashes for _, hashes in days.values()))}
        for kind, days in certificate.items()
    }


def of_types(certificate: Certificate, types: Collection[str]) -> Certificate:
    """The certificate of the events of some types, of all where none is named."""
    return {kind: days for kind, days in certificate.items() if not types or kind in types}


def counted(certificate: Certificate) -> int:
    """How many events a certificate covers."""
    return sum(count for dates in certificate.values() for count, _ in dates.values())


def written(certificate: Certificate) -> str:
    """The certificate as JSON, hashes as decimal text."""
    rows = {kind: {day: [n, str(h)] for day, (n, h) in sorted(days.items())} for kind, days in certificate.items()}
    return json.dumps(rows, sort_keys=True)


def parsed(text: str) -> Certificate:
    """The certificate from its JSON."""
    return {k: {day: (n, int(h)) for day, (n, h) in days.items()} for k, days in json.loads(text).items()}


def _summed(event_type: str, events: pa.Table) -> pa.Table:
    """Of events of one type and each run of one time of ingestion the number, and the sums of the hashes' halves."""
    hashes, times = int64s(events["content_hash"]), int64s(events["ingestion_time"])
    starts = np.flatnonzero(np.diff(times, prepend=~times[:1]))
    sums = [np.add.reduceat(half, starts) for half in (hashes >> 32, hashes & 0xFFFFFFFF)]
    columns = [times[starts], np.diff(starts, append=len(times)), *sums]
    return pa.table([repeated(event_type, len(starts)), *(arrow(column, pa.int64()) for column in columns)], SUMS)


SUMS = pa.schema([("event_type", pa.string()), *((name, pa.int64()) for name in ("micros", "count", "high", "low"))])
CERTIFIED = Extract("certificate", SUMS, ("content_hash", "ingestion_time"), _summed)
"""What the certificate of the events that are read is made of."""


def recomputed(sums: pa.Table) -> Certificate:
    """The certificate of the events of which these are the sums."""
    rows = sums.to_pylist()
    return total_of(
        {row["event_type"]: {date_of(row["micros"]): (row["count"], (row["high"] << 32) + row["low"])}} for row in rows
    )


def differences(expected: Certificate, found: Certificate) -> list[str]:
    """What differs, a line each."""
    keys = sorted({(kind, day) for one in (expected, found) for kind, days in one.items() for day in days})
    told = []
    for kind, day in keys:
        wanted, read = (one.get(kind, {}).get(day, (0, 0)) for one in (expected, found))
        if wanted != read:
            expectation = f"expected {wanted[0]} events (hash {wanted[1]})"
            told.append(f"  {kind} of {day}: {expectation}, found {read[0]} (hash {read[1]})")
    return told
