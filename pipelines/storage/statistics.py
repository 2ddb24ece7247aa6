"""Statistics in Delta logs: what other tools say there of the least and greatest texts of a file is taken away.

Our own commits say nothing of texts. A commit is written again in its place, whole; a checkpoint that has such
statistics goes once a newer one is there, as all commits are.
"""

import json
from collections.abc import Collection
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.storage import deltalog, folders, places, trimming
from pipelines.storage.repair import ASIDE
from pipelines.storage.replacing import replacing

BOUNDS = ("minValues", "maxValues")


def forget(place: str, names: Collection[str]) -> int:
    """Take the bounds of columns with such names out of a table's Delta log; how many files had some.

    What a repair set aside goes. Raises PlaceError, DamagedLog.
    """
    folder, versions = deltalog.folder(place), deltalog.commits(place)
    done = sum(_forgotten(places.join(folder, deltalog.name_of(version)), names) for version in versions)
    found = [one for some in deltalog.checkpoints(place).values() for one in some if _tells(folder, one, names)]
    if found and versions == list(range(len(versions))):
        trimming.write_checkpoint(place, versions[-1])
        for name in found:
            if int(name[:20]) != versions[-1]:
                places.remove(places.join(folder, name))
    aside = [name for name in folders.names(folder) if name.endswith(ASIDE)]
    for name in aside:
        places.remove(places.join(folder, name))
    return done + len(found) + len(aside)


def _forgotten(place: str, names: Collection[str]) -> bool:
    """Write a commit again without such bounds, if it has any."""
    with places.reading(place) as file:
        actions = [json.loads(line) for line in file.read().splitlines()]
    if not sum(_forget(action["add"], names) for action in actions if "add" in action):
        return False
    with replacing(place) as file:
        file.write("\n".join(map(json.dumps, actions)).encode())
    return True


def _forget(added: dict[str, Any], names: Collection[str]) -> bool:
    said = json.loads(added.get("stats") or "{}")
    if not any(name in said.get(bound, {}) for bound in BOUNDS for name in names):
        return False
    for bound in BOUNDS:
        said[bound] = {name: value for name, value in said.get(bound, {}).items() if name not in names}
    added["stats"] = json.dumps(said)
    return True


def _tells(folder: str, name: str, names: Collection[str]) -> bool:
    """Whether a checkpoint has such bounds."""
    if not name.endswith(".parquet"):
        return True
    with places.reading(places.join(folder, name)) as file:
        read = pq.ParquetFile(pa.BufferReader(file.read()))
        stats = [column for column in read.schema_arrow.names if column == "add"]
        rows = read.read(stats).to_pylist()
    return any(_forget(dict(row["add"]), names) or _has_parsed(row["add"], names) for row in rows if row["add"])


def _has_parsed(added: dict[str, Any], names: Collection[str]) -> bool:
    """Whether bounds are there as columns, too."""
    said = added.get("stats_parsed") or {}
    return any((said.get(bound) or {}).get(name) is not None for bound in BOUNDS for name in names)
