"""What every engine does, whichever it is."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyspark.errors import PySparkException
from pyspark.sql import functions as F

from pipelines.engines import EngineError, UnknownEngine, open_engine
from pipelines.storage import datafiles
from pipelines.storage.checksums import DamagedFile
from pipelines.storage.file_writer import FileWriter
from pipelines.tables import Column, ContractError, Table
from tests.engines.conftest import named

TABLE = pa.table(
    {
        "id": pa.array([1, 2**63 - 1, None], pa.int64()),
        "at": pa.array(
            [datetime(2024, 3, 31, 1, 30, 0, 123456, UTC), datetime(1970, 1, 1, tzinfo=UTC), None],
            pa.timestamp("us", "UTC"),
        ),
        "names": pa.array([["a", None, "ß"], [], None], pa.list_(pa.string())),
    }
)
FILE = Table("file", (Column("id", "bigint", "an id"),), ("id",))


def doubled(number):
    return number * 2


def refuse(number):
    if number % 2:
        raise ContractError(f"number {number} breaks its contract")
    return number


def rows_in(place):
    return datafiles.read(place, None).num_rows


def rows(table):
    return sorted(table.to_pylist(), key=str)


def test_a_session_is_in_utc(engine):
    assert engine.session.conf.get("spark.sql.session.timeZone") == "UTC"
    (row,) = engine.session.sql("SELECT CAST(TIMESTAMP '2024-03-31 02:30:00' AS BIGINT) AS s").collect()
    assert row.s == datetime(2024, 3, 31, 2, 30, tzinfo=UTC).timestamp()


def test_a_frame_comes_back_as_it_went(engine):
    frame = engine.session.createDataFrame(TABLE, "id bigint, at timestamp, names array<string>")
    assert [kind for _, kind in frame.dtypes] == ["bigint", "timestamp", "array<string>"]
    assert rows(frame.toArrow()) == rows(TABLE)


def test_a_delta_table_of_one_writer_is_read_and_appended_to_by_the_other(engine, tmp_path):
    place = str(tmp_path / "table")
    DeltaTable.create(place, TABLE.schema)
    write_deltalake(place, TABLE, mode="append")
    frame = engine.session.read.format("delta").load(place)
    assert rows(frame.toArrow()) == rows(TABLE)
    frame.write.format("delta").mode("append").save(place)
    assert rows(DeltaTable(place).to_pyarrow_table()) == sorted(rows(TABLE) * 2, key=str)


def test_results_come_in_the_order_of_the_items(engine):
    assert engine.slots >= 1
    assert engine.run(doubled, list(range(20))) == list(range(0, 40, 2))
    assert engine.run(doubled, []) == []


def test_a_task_may_be_a_closure_and_an_item_any_value(engine):
    assert engine.run(partial(max, (1,)), [(0, 5), (3,)]) == [(1,), (3,)]


def test_what_the_first_failing_task_raised_is_raised(engine):
    with pytest.raises(ContractError, match=r"^number 3 breaks its contract$"):
        engine.run(refuse, [2, 3, 4, 5])


def test_what_a_task_finds_damaged_is_told_by_its_name(engine, tmp_path):
    writer = FileWriter(str(tmp_path), FILE, 0)
    writer.write(TABLE.select(["id"]).to_batches()[0])
    place = f"{tmp_path}/{writer.close().path}"
    assert engine.run(rows_in, [place]) == [3]
    os.truncate(place, 200)
    with pytest.raises(DamagedFile, match=f"^{re.escape(place)} is damaged: expected a "):
        engine.run(rows_in, [place])


def test_after_close_nothing_goes_on_and_another_engine_starts():
    with named("sail") as first:
        session = first.session
        assert session.range(3).count() == 3
    with pytest.raises(PySparkException):
        session.range(3).count()
    with named("sail") as second:
        assert second.session.range(4).count() == 4


@pytest.mark.spark
def test_a_spark_of_its_own_leaves_no_java_and_other_sessions_as_they_were():
    before = java_processes()
    with named("sail") as sail:
        assert sail.session.range(3).select(F.col("id")).count() == 3
        with named("spark") as spark:
            assert spark.session.range(4).select(F.col("id")).count() == 4
            assert java_processes() > before
        assert java_processes() == before
        assert sail.session.range(5).select(F.col("id")).count() == 5


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs a system that lists threads")
def test_a_fork_of_a_process_that_has_a_session_has_no_threads_of_grpc():
    script = (
        "import os, subprocess, time\n"
        "from pipelines.engines import open_engine\n"
        "def alone():\n"
        "    time.sleep(0.1)\n"
        "    assert len(os.listdir('/proc/self/task')) == 1\n"
        "with open_engine('sail') as engine:\n"
        "    engine.session.range(3).selectExpr('id').count()\n"
        "    subprocess.run(['true'], preexec_fn=alone, check=True)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def java_processes():
    """The Java processes that this process has started and not ended."""
    told = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "pid=,comm="], capture_output=True, text=True, check=False
    )
    return {line for line in told.stdout.splitlines() if line.endswith("java")}


@pytest.mark.parametrize("name", ["sail", pytest.param("spark", marks=pytest.mark.spark)])
def test_an_engine_says_nothing_on_the_terminal(name):
    script = (
        "from pipelines.engines import open_engine\n"
        f"with open_engine({name!r}) as engine:\n"
        "    engine.session.range(10).selectExpr('id % 3 AS k').groupBy('k').count().collect()\n"
        "    engine.run(abs, [1, 2])\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (told.stdout, told.stderr) == ("", "")


def test_an_unknown_engine_is_refused_with_the_names_there_are():
    with (
        pytest.raises(UnknownEngine, match="no engine is called 'flink': expected one of sail, spark"),
        open_engine("flink"),
    ):
        pass


def test_a_server_that_does_not_answer_is_told_by_its_address():
    with (
        open_engine("sc://127.0.0.1:1") as engine,
        pytest.raises(EngineError, match=r"no Spark Connect server answers at sc://127\.0\.0\.1:1"),
    ):
        _ = engine.session


def test_spark_without_java_says_what_it_needs(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with open_engine("spark") as engine, pytest.raises(EngineError, match="needs Java 17 or newer"):
        _ = engine.session
