import gc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.storage import logfiles

ROWS = {
    "event_type": ["liked", "liked", "posted", "posted", "registered", "registered"],
    "actor_id": [1, 2, 3, 4, 5, 6],
    "post_id": [10, 20, 30, 40, None, None],
}
SCHEMA = pa.schema([("event_type", pa.string()), ("actor_id", pa.int64()), ("post_id", pa.int64())])
FIELDS = {"liked": ["actor_id"], "posted": ["post_id", "actor_id"], "registered": ["actor_id"]}


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("statistics", [True, False, ["actor_id"]])
def test_events_come_by_type_whatever_the_row_groups_and_their_statistics_are(tmp_path, size, statistics):
    file = tmp_path / "file.parquet"
    pq.write_table(pa.table(ROWS, SCHEMA), file, row_group_size=size, write_statistics=statistics)
    found = {name: [] for name in FIELDS}
    for name, events in logfiles.by_type(str(file), FIELDS.__getitem__):
        assert events.schema.names == FIELDS[name]
        found[name] += events.to_pylist()
    assert found == {
        "liked": [{"actor_id": 1}, {"actor_id": 2}],
        "posted": [{"post_id": 30, "actor_id": 3}, {"post_id": 40, "actor_id": 4}],
        "registered": [{"actor_id": 5}, {"actor_id": 6}],
    }


def test_a_footer_is_gone_once_the_file_is_read(tmp_path):
    pq.write_table(pa.table(ROWS, SCHEMA), tmp_path / "file.parquet")
    gc.collect()
    gc.disable()
    try:
        assert list(logfiles.by_type(str(tmp_path / "file.parquet"), FIELDS.__getitem__))
        assert [one for one in gc.get_objects() if isinstance(one, pq.FileMetaData)] == []
    finally:
        gc.enable()
