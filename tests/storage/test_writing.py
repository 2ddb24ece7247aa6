"""A data file for which there is no room goes, one line says so, and Arrow adds none of its own."""

import os
import re
import subprocess
import sys

import pytest

from pipelines.storage.file_writer import FileWriter
from pipelines.storage.places import PlaceError
from tests.releases.test_commits import TABLE

WRITES = """
import os, resource, sys
import pyarrow as pa
from pipelines.storage.file_writer import FileWriter
from pipelines.tables import Column, Table

resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
writer = FileWriter(sys.argv[1], Table("texts", (Column("text", "string", "a text"),), ("text",)), 0)
try:
    for _ in range(40):
        writer.write(pa.record_batch({"text": [os.urandom(50_000).hex() for _ in range(10)]}))
    writer.close()
except Exception as fault:
    print(f"{type(fault).__name__}: {fault}")
"""


def test_a_file_for_which_there_is_no_room_is_told_once(tmp_path):
    done = subprocess.run([sys.executable, "-c", WRITES, tmp_path], capture_output=True, text=True, check=True)
    told = re.fullmatch(r"PlaceError: cannot write (.+)/part-.+\.parquet: File too large\n", done.stdout)
    assert (told[1], done.stderr, list(tmp_path.iterdir())) == (str(tmp_path), "", [])


def test_a_file_that_cannot_be_given_its_name_goes(tmp_path, monkeypatch):
    writer = FileWriter(str(tmp_path), TABLE, 0)

    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PlaceError, match="^cannot write .*: Operation not permitted$"):
        writer.close()
    assert list(tmp_path.iterdir()) == []
