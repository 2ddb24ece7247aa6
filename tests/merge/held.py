"""A network of two million posts: `python -m tests.merge.held FOLDER` writes it, `… FOLDER MEMORY` merges it.

The latter prints the rows of the newsfeeds, their content hash, and by how much the process grew at most, in MiB.
"""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.cores import cores
from pipelines.engines.sail import SailEngine
from pipelines.memory import budget
from pipelines.ordering import in_order
from pipelines.policy import Policy
from pipelines.ranges import GREATEST, LEAST, FileRange
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.timelines import TIMELINES
from pipelines.runs.materialize import materialize_buckets
from pipelines.runs.staged import BuildContext, buckets_for
from pipelines.storage.bucket_files import write_buckets
from pipelines.storage.lake import Lake
from pipelines.storage.naming import bucket_of
from pipelines.views.newsfeed import VIEW

AUTHORS, POSTS_OF_EACH, READERS, FOLLOWEES_OF_EACH = 100_000, 20, 10_000, 10
SLOTS = cores()
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
POLICY = Policy(cap=100, own_posts=False)


def timelines():
    """Everyone's posts."""
    author = np.repeat(np.arange(1, AUTHORS + 1), POSTS_OF_EACH)
    post = np.random.default_rng(1).permutation(len(author)) + 1
    same = {"user_id": author, "author_id": author, "entered_at": post, "posted_at": post, "post_id": post}
    kind = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(post), np.int8)), ["post"])
    given = same | {"kind": kind, "is_reply": np.zeros(len(post), np.bool_)}
    return table_of(TIMELINES, given | {"parent_author_id": pa.nulls(len(post), pa.int64())})


def follows():
    """Each reader's followees."""
    reader = np.repeat(np.arange(1, READERS + 1), FOLLOWEES_OF_EACH)
    followee = AUTHORS // 2 + (reader * 7919 + np.tile(np.arange(FOLLOWEES_OF_EACH) * 9973, READERS)) % (AUTHORS // 2)
    holds = np.ones(len(reader), np.bool_)
    return table_of(FOLLOWS, {"follower_id": reader, "followee_id": followee, "holds": holds, "event_time": reader})


def table_of(table, columns):
    """Columns as rows of a table."""
    return pa.table([pa.array(columns[f.name]).cast(f.type) for f in table.arrow], schema=table.arrow)


def write(folder):
    """Write the network, in as many buckets as the small budget asks for."""
    buckets = buckets_for(AUTHORS * POSTS_OF_EACH, budget("512M", SLOTS) // SLOTS)
    for table, rows in ((TIMELINES, timelines()), (FOLLOWS, follows())):
        owner = rows[table.bucket_by].to_numpy() % buckets
        for bucket in range(buckets):
            (batch,) = in_order(table, rows.filter(pa.array(owner == bucket))).combine_chunks().to_batches()
            list(write_buckets(f"{folder}/{table.name}", table, (), [(bucket, batch)]))


def merge(folder, memory):
    """Merge the network within so much memory."""
    found = {name: sorted(Path(folder, name).iterdir()) for name in ("timelines", "follows")}
    places = {
        name: tuple(FileRange(bucket_of(file.name), LEAST, GREATEST, str(file)) for file in files)
        for name, files in found.items()
    }
    buckets = len({file.bucket for file in places["follows"]})
    at = BuildContext(Lake.at(folder), SailEngine(), POLICY, buckets, budget(memory, SLOTS))
    before = resident()
    made = materialize_buckets(VIEW, places | {"hides": (), "deactivations": ()}, f"{folder}/{memory}", at)
    return {"rows": made.rows, "hash": made.content_hash, "grown": resident() - before}


def resident():
    """The most memory that this program had at once, in MiB; `ru_maxrss` begins with that of who started it."""
    return int(PEAK.findall(Path("/proc/self/status").read_text(encoding="ascii"))[0]) >> 10


if __name__ == "__main__":
    print(json.dumps(merge(*sys.argv[1:]) if len(sys.argv) > 2 else write(sys.argv[1])))
