"""OpenLineage hears what a landing and a run read and wrote, where the environment names it; no command fails by it."""

import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from pipelines.cli import lineage
from pipelines.cli.datasets import Dataset
from pipelines.releases.release import release
from pipelines.views import VIEWS
from tests.landing.lines import file_of, line
from tests.surroundings import environment

TRANSPORT = "OPENLINEAGE__TRANSPORT__"
PARENT = "01a226fa-2071-7533-a27e-c245c1cc53c8"


@pytest.fixture
def events(tmp_path, monkeypatch):
    """A function that gives the events that were written to a file since the last call."""
    file = tmp_path / "events.jsonl"
    monkeypatch.setattr(lineage, "PATIENCE", 120)
    for name, value in {"TYPE": "file", "LOG_FILE_PATH": str(file), "APPEND": "true"}.items():
        monkeypatch.setenv(f"{TRANSPORT}{name}", value)

    def written():
        told = [json.loads(event) for event in file.read_text().splitlines()]
        file.write_text("")
        return told

    return written


def datasets(event, kind):
    return {(one["namespace"], one["name"]): one for one in event[kind]}


def test_a_landing_tells_its_sources_and_the_tables_that_it_wrote(call, events, tmp_path):
    root, source = tmp_path / "lake", file_of(tmp_path / "a", line(), b"odd")
    assert call("land", source, "--root", root).err == ""
    start, end = events()
    assert [(one["eventType"], one["job"]["name"]) for one in (start, end)] == [("START", "land"), ("COMPLETE", "land")]
    assert start["run"]["runId"] == end["run"]["runId"]
    assert list(datasets(end, "inputs")) == [("file", source)]
    log, quarantine = (datasets(end, "outputs")["file", f"{root}/{name}"] for name in ("log", "quarantine"))
    assert (log["outputFacets"]["outputStatistics"]["rowCount"], log["facets"]["version"]["datasetVersion"]) == (
        1, "landing 1",
    )  # fmt: skip
    assert quarantine["outputFacets"]["outputStatistics"]["rowCount"] == 1
    fields = {one["name"]: (one["type"], bool(one["description"])) for one in log["facets"]["schema"]["fields"]}
    assert (fields["event_id"], fields["mentioned_ids"]) == (("string", True), ("array<bigint>", True))


def test_a_run_tells_the_tables_that_it_made_each_in_its_version(call, events, tmp_path):
    root = tmp_path / "lake"
    call("land", file_of(tmp_path / "a", line()), "--root", root)
    events()
    call("run", "--root", root)
    _, end = events()
    assert list(datasets(end, "inputs")) == [("file", f"{root}/log")]
    wrote = datasets(end, "outputs")
    assert len(wrote) > 20
    followers = wrote["file", f"{root}/views/followers"]
    assert [one["name"] for one in followers["facets"]["schema"]["fields"]] == ["user_id", "follower_id", "since"]
    assert followers["outputFacets"]["outputStatistics"]["rowCount"] == 1
    assert followers["facets"]["version"]["datasetVersion"].isdigit()
    call("run", "--root", root)
    assert [(one["eventType"], one["outputs"]) for one in events()] == [("START", []), ("COMPLETE", [])]


def test_a_rollback_tells_which_versions_serve_again(call, events, told, tmp_path):
    root = shutil.copytree(told.root, tmp_path / "lake")
    assert call("rollback", 1, "--root", root).err == ""
    start, end = events()
    assert [(one["eventType"], one["job"]["name"]) for one in (start, end)] == [
        ("START", "rollback"),
        ("COMPLETE", "rollback"),
    ]
    assert list(datasets(end, "inputs")) == [("file", f"{root}/releases")]
    versions = {
        name.removeprefix(f"{root}/"): one["facets"]["version"]["datasetVersion"]
        for (_, name), one in datasets(end, "outputs").items()
    }
    assert versions == {name: str(table.version) for name, table in release(told.lake, 1).tables.items()}
    call("rollback", 1, "--root", root)
    assert [(one["eventType"], one["outputs"]) for one in events()] == [("START", []), ("COMPLETE", [])]


def test_a_failure_is_told_with_its_line_and_who_started_the_command(call, events, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENLINEAGE_PARENT_ID", f"schedule/land_events.land/{PARENT}")
    monkeypatch.setenv("OPENLINEAGE_NAMESPACE", "prod")
    assert call("land", tmp_path / "nope", "--root", tmp_path / "lake").code == 1
    start, end = events()
    assert (end["eventType"], end["job"]["namespace"]) == ("FAIL", "prod")
    assert end["run"]["facets"]["errorMessage"]["message"].startswith(f"cannot read {tmp_path}/nope: ")
    parent = start["run"]["facets"]["parent"]
    assert (parent["job"]["namespace"], parent["job"]["name"], parent["run"]["runId"]) == (
        "schedule", "land_events.land", PARENT,
    )  # fmt: skip


@contextmanager
def server(answer):
    """A server on loopback that answers each request by a function of its handler; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            answer(self)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        serving.daemon_threads = True
        Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


@pytest.fixture
def to(monkeypatch):
    """A function that has events sent to an address."""

    def send(url):
        monkeypatch.setenv(f"{TRANSPORT}TYPE", "http")
        monkeypatch.setenv(f"{TRANSPORT}URL", url)
        monkeypatch.setenv(f"{TRANSPORT}RETRY", '{"total": 0}')

    return send


def test_an_address_is_told_of_landings_runs_and_failures_with_the_schemas_of_tables(call, to, tmp_path):
    heard, root = [], ["--root", tmp_path / "lake"]

    def hear(request):
        assert request.path == "/api/v1/lineage"
        heard.append(json.loads(request.rfile.read(int(request.headers["Content-Length"]))))
        request.send_response(201)
        request.end_headers()

    with server(hear) as url:
        to(url)
        assert call("land", file_of(tmp_path / "a", line()), *root).err == ""
        assert call("run", *root).err == ""
        assert call("land", tmp_path / "nope", *root).code == 1
    assert [(event["job"]["name"], event["eventType"]) for event in heard] == [
        ("land", "START"), ("land", "COMPLETE"), ("run", "START"), ("run", "COMPLETE"), ("land", "START"),
        ("land", "FAIL"),
    ]  # fmt: skip
    assert len({event["run"]["runId"] for event in heard}) == 3
    for event in heard:
        tables = event["outputs"] + (event["inputs"] if event["job"]["name"] == "run" else [])
        assert all(field["name"] and field["type"] for one in tables for field in one["facets"]["schema"]["fields"])
    views = {Path(one["name"]).name for one in heard[3]["outputs"] if "/views/" in one["name"]}
    assert views == set(VIEWS)
    assert {Path(one["name"]).name for one in heard[3]["inputs"]} == {"log"}


def test_who_does_not_answer_is_told_in_a_warning_and_the_command_succeeds(call, to, tmp_path, monkeypatch):
    source = file_of(tmp_path / "a", line())
    to("http://127.0.0.1:9")
    said = call("land", source, "--root", tmp_path / "lake")
    assert (said.code, said.err.count("\n")) == (0, 1)
    assert said.err.startswith("warning: OpenLineage is not told of this land: HTTPConnectionPool(host='127.0.0.1'")
    monkeypatch.setattr(lineage, "PATIENCE", 1)
    over = Event()
    with server(lambda _: over.wait(30)) as url:
        to(url)
        said = call("land", source, "--root", tmp_path / "lake")
        over.set()
    told = "warning: OpenLineage is not told of this land: no answer in 1 seconds\n"
    assert (said.code, said.err) == (0, told)


def test_where_the_package_is_missing_a_warning_says_which_extra_has_it(call, events, tmp_path, monkeypatch):
    monkeypatch.setattr(lineage, "find_spec", lambda _: None)
    said = call("land", file_of(tmp_path / "a", line()), "--root", tmp_path / "lake")
    told = f"warning: {TRANSPORT}TYPE needs the extra lineage: pip install 'newsfeed-pipelines[lineage]'\n"
    assert (said.code, said.err) == (0, told)


@pytest.mark.parametrize("disabled", [True, False])
def test_who_is_not_to_be_told_costs_nothing(tmp_path, disabled):
    program = "import sys; from pipelines.cli import main; main(sys.argv[1:]); print('openlineage' in sys.modules)"
    command = [sys.executable, "-c", program, "land", file_of(tmp_path / "a", line()), "--root", str(tmp_path / "lake")]
    named = {"OPENLINEAGE_URL": "http://127.0.0.1:9", "OPENLINEAGE_DISABLED": "true"} if disabled else {}
    done = subprocess.run(command, env=environment(**named), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("/data/lake/log", ("file", "/data/lake/log")),
        ("hdfs://one:9820/lake/log", ("hdfs://one:9820", "/lake/log")),
        ("s3://bucket/lake/log", ("s3://bucket", "lake/log")),
        ("kafka://one:9092/events", ("kafka://one:9092", "events")),
        ("kinesis://events?region=eu-west-1", ("kinesis://eu-west-1", "events")),
    ],
)
def test_datasets_are_named_as_the_standard_names_files(place, name):
    assert Dataset(place).name == name
