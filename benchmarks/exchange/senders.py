"""The rows of a trial: the follows of a lake's last release, by the bucket of their follower, which sends them."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.exchange.ways import SCHEMA, TO
from pipelines.arrays import Int64s, int64s, no_rows
from pipelines.releases.release import release
from pipelines.runs.exchange import by_bucket
from pipelines.storage import datafiles, delta
from pipelines.storage.lake import Lake
from pipelines.storage.staging import write_stage


def prepare(root: str, senders: int, folder: Path, *, skew: bool) -> int:
    """Write the follows of a lake by sender, whose follower they are; how many there are."""
    lake = Lake.at(root)
    handle = delta.find(lake.relation("follows"), release(lake).tables["relations/follows"].version)
    if handle is None:
        raise SystemExit(f"{root} has no follows")
    places = delta.uris(lake.relation("follows"), handle)
    rows = pa.concat_tables(datafiles.read(place, SCHEMA.names) for place in places).combine_chunks()
    if skew:
        rows = rows.set_column(0, TO, pa.array(skewed(int64s(rows[TO]), senders)))
    for sender, of_sender in by_bucket(int64s(rows["follower_id"]) % senders, rows):
        write_stage(str(folder / str(sender)), [of_sender])
    for sender in range(senders):
        if not (folder / str(sender)).exists():
            write_stage(str(folder / str(sender)), [no_rows(rows.schema)])
    count: int = rows.num_rows
    return count


def skewed(ids: Int64s, buckets: int) -> Int64s:
    """Other ids, of which ten times as many are of bucket 0 as of each other one."""
    drawn = ids % (buckets + 9)
    return ids // buckets * buckets + np.where(drawn < buckets, drawn, 0)
