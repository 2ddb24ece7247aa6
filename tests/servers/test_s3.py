"""A lake on an object store: the same rows as on a disk, whatever happens at once or breaks off in between."""

import itertools
import json
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.landing.lines import file_of, line
from tests.servers import proxy, s3
from tests.servers.commands import Commands
from tests.servers.processes import free_port

LDBC = "data/ldbc-snb-test"
SOON = 20
"""Seconds after which at the latest it is told that a store does not answer."""
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
import sys
from deltalake import DeltaTable
from pipelines.storage.stores import for_tables
table = DeltaTable(sys.argv[1], storage_options=for_tables(sys.argv[1]))
print(sorted(table.to_pyarrow_table()["number"].to_pylist()))
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    server = s3.trial(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def lake(store, request):
    """Commands on a lake of the test's own."""
    return Commands(f"{store.root}/{request.node.name.partition('[')[0]}-{free_port()}", store.env)


def small(folder, name="events", users=12):
    """A file of users who follow one another and post."""
    lines = [line(f"{name}-r{n}", "registered", actor_id=n, username=f"{name}{n}") for n in range(1, users)]
    lines += [line(f"{name}-f{n}", actor_id=n, followee_id=n % (users - 1) + 1) for n in range(1, users)]
    lines += [line(f"{name}-p{n}", "posted", actor_id=n % users + 1, post_id=len(name) * 1000 + n) for n in range(40)]
    return file_of(folder / name, *lines)


def rows(commands):
    """Rows and content hash of each table of the last release."""
    last = json.loads(commands.work("releases", "--json"))[-1]
    return {name: (table["rows"], table["content_hash"]) for name, table in last["tables"].items()}


def through(lake, standing):
    """The same lake, by a proxy."""
    return replace(lake, env={**lake.env, "AWS_ENDPOINT_URL": standing.endpoint})


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    return small(tmp_path_factory.mktemp("events"))


@pytest.fixture(scope="module")
def expected(tmp_path_factory, events):
    """The rows of the small events, on a disk."""
    disk = Commands(str(tmp_path_factory.mktemp("disk") / "lake"))
    disk.work("land", events)
    disk.work("run")
    return rows(disk)


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
    found = subprocess.run([sys.executable, "-c", NUMBERS, place], env=env, capture_output=True, text=True, check=True)
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


@pytest.mark.parametrize("seconds", [2.0, 3.0])
def test_what_is_killed_and_repeated_is_as_if_it_had_happened_once(lake, events, expected, seconds):
    lake.kill(seconds, "land", events)
    lake.work("land", events)
    lake.kill(seconds, "run")
    lake.kill(seconds + 2, "run")
    lake.work("run", "--allow-empty")
    assert rows(lake) == expected


def after(number):
    """A fault from some request on."""
    count = itertools.count()
    return lambda fault: lambda method, path: fault if next(count) >= number else None


def test_a_store_that_refuses_now_and_then_is_asked_again(store, lake, events, expected):
    count = itertools.count()
    with proxy.proxy(store.port, lambda method, path: 503 if next(count) % 9 == 4 else None) as standing:
        through(lake, standing).work("land", events)
        through(lake, standing).work("run")
    assert rows(lake) == expected


def test_what_was_written_is_told_though_the_stores_answer_was_lost(store, lake, events, expected):
    asked = set()

    def lose(method, path):
        is_first = method == "PUT" and "_delta_log" in path and path not in asked
        asked.add(path)
        return proxy.LOST if is_first else None

    with proxy.proxy(store.port, lose) as standing:
        assert json.loads(through(lake, standing).work("land", events, "--json"))["landed"] == 62
        assert through(lake, standing).work("run").startswith("release 1 covers 62 events")
    assert rows(lake) == expected


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (503, "its server answers 503 Service Unavailable"),
        (403, "its server answers 403 Forbidden"),
        (proxy.SILENT, "no answer"),
    ],
)
@pytest.mark.parametrize("number", [0, 12])
def test_a_store_that_is_gone_is_told_soon_and_what_follows_goes_on(store, lake, events, fault, told, number):
    with proxy.proxy(store.port, after(number)(fault)) as standing:
        said = through(lake, standing).call("land", events)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(("error: cannot ", f"error: cannot reach {lake.root}: "))
    assert f": {told}" in said.err
    assert said.err.count("\n") == 1
    assert said.seconds < SOON
    assert json.loads(lake.work("land", events, "--json"))["landed"] == 62


def test_a_run_that_loses_its_store_is_gone_on_with(store, lake, events, expected):
    lake.work("land", events)
    with proxy.proxy(store.port, after(150)(503)) as standing:
        said = through(lake, standing).call("run")
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    lake.work("run")
    assert rows(lake) == expected


def test_what_is_not_there_is_told_on_one_line(store, lake):
    nowhere = replace(lake, env={**lake.env, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"})
    nothing = replace(lake, root="s3://no-such-bucket/lake")
    for commands, told in (
        (nowhere, "Connection refused"),
        (nothing, "its server answers 404 Not Found, NoSuchBucket"),
    ):
        said = commands.call("status")
        assert (said.code, said.out) == (1, "")
        assert said.err == f"error: cannot reach {commands.root}: {told}\n"
        assert said.seconds < SOON
