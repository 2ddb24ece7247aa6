"""Who reads a release within the limits, however slowly, loses no file, whatever is maintained and run meanwhile."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.landing.land import land
from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import ORPHANS, maintain
from pipelines.reading.reader import Reader
from pipelines.runs.run import run
from pipelines.storage.scratch import STARTED
from tests.landing.lines import CLOCK, file_of, orphans
from tests.maintenance.conftest import EACH
from tests.maintenance.lakes import post_files
from tests.releases.worlds import VIEWS, contents, deeds

ROOT = Path(__file__).parents[2]


class SlowReader:
    """A process that reads a release file by file."""

    def __init__(self, lake, number):
        command = [sys.executable, str(Path(__file__).with_name("slow.py")), lake.root, str(number)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
        )
        assert self.said() == "opened"

    def said(self):
        return self.process.stdout.readline().strip()

    def read(self, files=10**6):
        """How many rows so many more files have."""
        rows = 0
        for _ in range(files):
            self.process.stdin.write("\n")
            self.process.stdin.flush()
            said = self.said()
            if said == "end" or not said:
                break
            rows += int(said)
        return rows

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


def test_a_slow_reader_of_a_kept_release_reads_it_to_its_end(worn, copy, tidy, engine, tmp_path):
    lake = copy(worn)
    expected = sum(contents(lake, -2)[view][0] for view in VIEWS)
    reader = SlowReader(lake, 9)
    rows = reader.read(2)
    tidy(lake)
    rows += reader.read(2)
    land(lake, engine, [file_of(tmp_path / "more", *deeds(31, 41))], clock=CLOCK)
    run(lake, engine, clock=CLOCK)
    tidy(lake, 2.5)
    rows += reader.read()
    assert (rows, reader.close()) == (expected, 0)


def test_what_a_killed_run_left_goes_after_the_grace(worn, copy, killed, tidy):
    lake = copy(worn)
    killed(lake, "run", ("file", 5, "before"), policy={"cap": 3})
    left = orphans(lake)
    assert (len(left), tidy(lake, 0)[ORPHANS].count, orphans(lake)) == (5, 0, left)
    assert (tidy(lake, 2)[ORPHANS].count, orphans(lake)) == (5, [])


def test_what_a_command_that_lives_has_not_committed_yet_stays(worn, copy, tidy):
    lake = copy(worn)
    with lake.scratch():
        file = Path(lake.view("posts"), "part-b00000-0123456789abcdef0123456789abcdef.parquet")
        file.touch()
        tidy(lake, 48)
        assert file.exists()
    tidy(lake, 48)
    assert not file.exists()


def test_what_was_left_before_a_command_that_lives_began_goes(worn, copy, tidy):
    lake = copy(worn)
    file = Path(lake.log, "ingestion_date=2026-01-01", "part-b00000-0123456789abcdef0123456789abcdef.parquet")
    file.touch()
    with lake.scratch():
        tidy(lake, 0)
        assert file.exists()
        before = (datetime.now(UTC) - timedelta(hours=3)).timestamp()
        os.utime(file, (before, before))
        tidy(lake, 0)
    assert not file.exists()


def test_beside_a_command_whose_clock_is_ahead_nothing_goes(worn, copy, tidy):
    lake, now = copy(worn), datetime.now(UTC)
    file = Path(lake.log, "ingestion_date=2026-01-01", "part-b00000-0123456789abcdef0123456789abcdef.parquet")
    file.touch()
    before = (now - timedelta(hours=3)).timestamp()
    os.utime(file, (before, before))
    folder = Path(lake.root, "_scratch", f"{now + timedelta(hours=2):{STARTED}}-x")
    folder.mkdir(parents=True)
    tidy(lake, 0)
    assert (file.exists(), post_files(lake)) == (True, 10)
    folder.rmdir()
    tidy(lake, 0)
    assert not file.exists()


def test_while_a_command_lives_what_it_may_read_stays(worn, copy, tidy):
    lake = copy(worn)
    with lake.scratch():
        tidy(lake, 0, 48)
        assert post_files(lake) == 10
    tidy(lake, 48)
    assert post_files(lake) == 3


def test_a_release_that_just_expired_is_read_to_its_end_while_the_grace_lasts(worn, copy):
    lake, began, grace = copy(worn), datetime.now(UTC), timedelta(hours=1)
    reader = Reader.of(lake, 2)
    for _ in range(2):  # all was committed before the grace period, but for what the first one does
        maintain(lake, Limits(3), execute=True, grace=grace, clock=began + grace)
    assert len(reader.rows("SELECT * FROM posts", "posts")) == 2 * EACH
