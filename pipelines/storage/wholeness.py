"""Which files of a table's Delta log are not whole: what `repair` sets aside, so that the rest can be read again."""

import json

from pipelines.storage import deltalog, folders, places

HINT = "_last_checkpoint"
"""What says which checkpoint is the last, so that nobody needs to look for it."""


def faults(place: str) -> list[tuple[str, str]]:
    """The files that the newest version is read from and that are not whole, oldest first, and what is wrong."""
    segment = deltalog.segment(place)
    found = dict(segment.faults)
    for version in segment.commits:
        if deltalog.name_of(version) not in found:
            fault = deltalog.fault_of(place, version)
            found |= {} if fault is None else {deltalog.name_of(version): fault}
    for name in segment.checkpoints:
        fault = None if name in found else _fault_of_checkpoint(places.join(deltalog.folder(place), name))
        found |= {} if fault is None else {name: fault}
    return sorted((found or _of_checkpoint(place)).items())


def _of_checkpoint(place: str) -> dict[str, str]:
    """The commit of the last checkpoint, which is not read but has to be there, if it is not whole, and what is wrong.

    Its content is in the checkpoint.
    """
    version = max(deltalog.checkpoints(place), default=-1)
    is_there = version in deltalog.commits(place)
    fault = deltalog.fault_of(place, version) if is_there else "is missing"
    return {} if fault is None or version < 0 else {deltalog.name_of(version): fault}


def cut_off(place: str) -> dict[str, str]:
    """The commits of before the last checkpoint by which no version can be read any more, and why, oldest first.

    What they lead to is in the checkpoint.
    """
    there, serving = set(deltalog.commits(place)), deltalog.checkpoints(place)
    found, is_readable = dict[str, str](), True
    for version in range(max(serving, default=0)):
        fault = deltalog.fault_of(place, version) if version in there else "is missing"
        is_readable = version in serving or (is_readable and fault is None)
        if not is_readable and version in there:
            found[deltalog.name_of(version)] = fault or "follows on one that is not there any more"
    return found


def misleading_hint(place: str) -> str | None:
    """What is wrong with the hint at the last checkpoint, None where nothing is."""
    if HINT not in folders.sizes(deltalog.folder(place)):
        return None
    with places.reading(places.join(deltalog.folder(place), HINT)) as file:
        text = file.read()
    try:
        version = int(json.loads(text)["version"])
    except (ValueError, KeyError, TypeError):
        return "is not what was written"
    return None if version in deltalog.checkpoints(place) else f"hints at checkpoint {version}, which is not there"


def _fault_of_checkpoint(place: str) -> str | None:
    """What is wrong with a checkpoint, if anything; one may be JSON, too, of which nothing is said."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with places.reading(place) as file:
        content = file.read()
    if not place.endswith(".parquet"):
        return None
    try:
        pq.read_table(pa.BufferReader(content))
    except (OSError, ValueError, MemoryError, pa.ArrowException):
        return "is damaged" if content.endswith(b"PAR1") else "is cut off"
    return None
