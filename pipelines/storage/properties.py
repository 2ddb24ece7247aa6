"""The properties of every table, set where it does not have them: `python -m pipelines.storage.properties PLACE`.

Delta's call that sets them holds Python's lock until a server answers, so on HDFS a process makes it that can be ended.
"""

import os
import subprocess
import sys
from contextlib import suppress
from urllib.parse import urlsplit

from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from pipelines.errors import reason
from pipelines.storage.stores import for_tables
from pipelines.storage.urls import HDFS
from pipelines.storage.waiting import PATIENCE, unanswered

KEPT = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
    "delta.checkpointInterval": "10",
}
"""Properties of every table: what a release names is not to be cleaned up, by whatever engine commits or vacuums.

To open a table costs a millisecond for each commit since the last checkpoint, which has 170 bytes for each file.
"""


def lacks(handle: DeltaTable) -> bool:
    """Whether a table lacks some of them."""
    found = handle.metadata().configuration
    return bool(found != found | KEPT)


def keep(place: str) -> None:
    """Set them for the table at a place, unless another process commits first. Raises DeltaError; OSError on HDFS."""
    if urlsplit(place).scheme not in HDFS:
        return _keep(place)
    program = [sys.executable, "-m", "pipelines.storage.properties", place]
    paths = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        subprocess.run(program, env=os.environ | paths, check=True, capture_output=True, text=True, timeout=PATIENCE)  # noqa: S603 (this very interpreter)
    except subprocess.TimeoutExpired as fault:
        raise unanswered() from fault
    except subprocess.CalledProcessError as fault:
        raise OSError([str(fault), *fault.stderr.splitlines()][-1]) from fault
    return None


def _keep(place: str) -> None:
    with suppress(CommitFailedError):
        DeltaTable(place, storage_options=for_tables(place)).alter.set_table_properties(KEPT)


if __name__ == "__main__":
    try:
        _keep(sys.argv[1])
    except Exception as fault:  # noqa: BLE001 (who started this tells it)
        sys.exit(reason(fault))
