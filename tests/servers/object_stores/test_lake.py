"""A lake on an object store: the same rows as on a disk, whatever happens at once or breaks off in between."""

import itertools
import json
import signal
import subprocess
import sys

from tests.landing.lines import file_of, line
from tests.servers import proxy
from tests.servers.commands import HUNG, Commands
from tests.servers.object_stores.lakes import rows, through

LDBC = "data/ldbc-snb-test"
APPENDS = """
import sys, pyarrow
from deltalake import write_deltalake
from pipelines.storage.stores import for_tables
first, place = int(sys.argv[1]), sys.argv[2]
for number in range(first, first + 5):
    rows = pyarrow.table({"number": pyarrow.array([number])})
    write_deltalake(place, rows, mode="append", storage_options=for_tables(place))
"""
NUMBERS = """
import sys, pyarrow
from deltalake import DeltaTable, QueryBuilder
from pipelines.storage.stores import for_tables
table = DeltaTable(sys.argv[1], storage_options=for_tables(sys.argv[1]))
found = QueryBuilder().register("numbers", table).execute("SELECT number FROM numbers ORDER BY number")
print(pyarrow.table(found.read_all())["number"].to_pylist())
"""
"""By DataFusion, as Arrow's reader calls the table's files from threads that may outlive the interpreter: it aborts."""


def test_all_commands_do_on_an_object_store_what_they_do_on_a_disk(lake, tmp_path):
    disk = Commands(str(tmp_path / "disk"))
    for part in ("snapshot", "update_streams"):
        for each in (disk, lake):
            each.work("land", f"{LDBC}/{part}", "--format", "ldbc")
            each.work("run")
        assert rows(lake) == rows(disk)
    query = "SELECT username, followers FROM profile ORDER BY followers DESC, user_id LIMIT 5"
    for words in (("sql", query), ("feed", "4398046511327"), ("find", "lei"), ("user", "4398046511133")):
        assert lake.work(*words) == disk.work(*words)
    for each, name in ((disk, "disk"), (lake, "store")):
        each.work("export", "newsfeed", tmp_path / f"{name}.csv")
    assert (tmp_path / "disk.csv").read_bytes() == (tmp_path / "store.csv").read_bytes()
    lake.work("maintain", "--keep", "1", "--grace", "0", "--execute")
    assert lake.work("repair") == "nothing to repair\n"
    assert rows(lake) == rows(disk)
    assert lake.work("run").startswith("nothing new")
    lake.work("run", "--rebuild")
    assert rows(lake) == rows(disk)


def test_a_file_of_the_store_lands_and_so_does_a_line_that_fits_later(lake, tmp_path):
    early = file_of(tmp_path / "early", line("e-1"), line("e-2", event_time="2026-01-09T00:00:00Z"), b"b" * 17_000_000)
    lake.work("land", early, "--ingestion-time", "2026-01-01T00:00:00Z")
    assert "landed       1 event" in lake.work("quarantine", "--readmit")
    lake.work("run")
    table = f"{lake.root}/copy of the feed.csv"
    lake.work("export", "followees", table)
    said = lake.work("land", table)
    assert said.startswith("read         1 line\n")
    assert "quarantined  1 line\n" in said
    assert lake.call("land", f"{lake.root}/nope*").err.endswith("no such file or folder, and no file matches it\n")


def test_appends_of_four_writers_at_once_are_all_kept(store, lake):
    place, env = f"{lake.root}/table", {**store.env, "PYTHONPATH": "."}
    command = [sys.executable, "-c", APPENDS]
    subprocess.run([*command, "20", place], env=env, check=True)
    writers = [subprocess.Popen([*command, str(5 * n), place], env=env) for n in range(4)]
    assert [one.wait(180) for one in writers] == [0] * 4
    found = subprocess.run([sys.executable, "-c", NUMBERS, place], env=env, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout) == list(range(25))


def test_two_landings_and_two_runs_at_once(lake, events, expected):
    landings = [lake.start("land", events, "--json") for _ in range(2)]
    told = [json.loads(one.communicate(timeout=180)[0]) for one in landings]
    assert sorted(one["landed"] for one in told) == [0, told[0]["lines"]]
    runs = [lake.start("run") for _ in range(2)]
    said = sorted((one.communicate(timeout=180), one.returncode) for one in runs)
    losers = [(out, err) for (out, err), code in said if not out.startswith("release 1 ")]
    assert len(losers) == 1
    assert losers[0][0].startswith("nothing new") or "another process" in losers[0][1]
    assert rows(lake) == expected


def test_what_is_killed_and_repeated_is_as_if_it_had_happened_once(store, lake, events, expected):
    for number in (8, 30):
        kill_at(number, store, lake, "land", events)
    lake.work("land", events)
    for number in (100, 300, 500):
        kill_at(number, store, lake, "run")
    lake.work("run", "--allow-empty")
    assert rows(lake) == expected


def kill_at(number, store, lake, *words):
    """Kill a command as it asks its store for something, so that this may yet come about."""
    count = itertools.count()
    with proxy.proxy(store.port) as standing:
        process = through(lake, standing).start(*words)
        standing.fault = lambda method, path: process.kill() if next(count) == number else None
        process.communicate(timeout=HUNG)
    assert process.returncode == -signal.SIGKILL
