import shutil
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.landing.land import land
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of
from tests.releases.worlds import deeds


@pytest.fixture(scope="session")
def undamaged(tmp_path_factory, engine):
    """A lake with one release and two lines in quarantine."""
    folder = tmp_path_factory.mktemp("undamaged")
    lake = Lake.at(str(folder / "lake"))
    land(lake, engine, [file_of(folder / "lines", *deeds(30, *range(10)), b"bad", b"\xff")], clock=CLOCK)
    run(lake, engine, clock=CLOCK)
    return lake


def file_of_table(lake, table):
    """The one data file of a table."""
    (path,) = DeltaTable(f"{lake.root}/{table}").file_uris()
    return Path(path)


@pytest.fixture
def file_in(undamaged):
    """A function that gives the one data file of a table, which is put back at the end."""
    whole = {}

    def of(table):
        path = file_of_table(undamaged, table)
        whole[path] = path.read_bytes()
        return path

    yield of
    for path, data in whole.items():
        path.write_bytes(data)


@pytest.fixture
def copy(undamaged, tmp_path):
    """A copy of the lake to be damaged."""
    shutil.copytree(undamaged.root, tmp_path / "copy")
    return Lake.at(str(tmp_path / "copy"))
