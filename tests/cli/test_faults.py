"""What cannot be done is told on one line, without a traceback; the exit code says whose fault it is."""

import pytest

from pipelines.views import VIEWS as KNOWN
from tests.landing.lines import file_of, line

TIME = "--ingestion-time: expected a time such as 2026-01-31T12:00:00Z, found "
USER = "USER: expected a user's id or @username, found "
VIEWS = f"expected one of {', '.join(KNOWN)}"
FAILED = [
    (["feed", "99"], "there is no user 99"),
    (["feed", "@nobody"], "no user is called @nobody"),
    (["feed", "@o'neil"], "no user is called @o'neil"),
    (["feed", "9223372036854775807"], "there is no user 9223372036854775807"),
    (["feed", "1", "--release", "9"], "there is no release 9: the last one is 2"),
    (["path", "posts", "--release", "9"], "there is no release 9: the last one is 2"),
    (["export", "posts", "no/such/folder/a.csv"], "cannot write "),
    (["sql", "SELECT nothing FROM posts"], "cannot run the query: "),
    (["sql", "SELECT * FROM nothing"], "cannot run the query: "),
    (["sql", "SELECT CAST(text AS BIGINT) FROM posts"], "cannot run the query: "),
    (["sql", "SELECT 1 / 0"], "cannot run the query: "),
    (["land", "no-such-file"], "cannot read no-such-file: no such file or folder, and no file matches it"),
]
REFUSED = [
    *[
        ([command, text], f"{USER}{text!r}")
        for command, text in [
            *(("feed", text) for text in ("", " ", "@", "mia", "0", "1.0", "٣", "9223372036854775808", "9" * 30)),
            *(("user", text) for text in ("", "@", "9" * 30)),
        ]
    ],
    *[(["find", text], f"PREFIX: expected the beginning of a name, found {text!r}") for text in ("", "@")],
    *[(["path", view], f"there is no view {view!r}: {VIEWS}") for view in ("nothing", "")],
    (["export", "nothing", "a.csv"], f"there is no view 'nothing': {VIEWS}"),
    (["run", "--view", "nothing"], f"there is no view 'nothing': {VIEWS}"),
    *[
        (["sql", text], f"QUERY: expected one that begins with SELECT, WITH or VALUES, found {text!r}")
        for text in ("", "SELEC")
    ],
    *[
        ([*command, "--engine", name], f"no engine is called {name!r}: expected one of sail, spark, ")
        for command, name in [
            *((["run"], name) for name in ("flink", "sc://", "sc://:1", "sc://host:port", "sc://host:99999")),
            *((command, "") for command in (["land", "a"], ["quarantine", "--readmit"])),
        ]
    ],
    (["land", "", "a"], "SOURCES: expected a file, a folder, a glob, a URL or -, found ''"),
    (["quarantine", "--readmit", "--limit", "3"], "--limit: expected no --readmit beside it, which tries all lines"),
    *[
        (["export", "posts", file], f"FILE: expected a name that ends in .parquet, .csv, .jsonl, found {file!r}")
        for file in ("", "posts", "a.xlsx")
    ],
    (["land", "a", "--format", "xml"], "format: expected one of events, ldbc, jetstream, found 'xml'"),
    (["run", "--replies", "some"], "--replies: expected one of followed, all, none, found 'some'"),
    *[
        (["land", "a", "--ingestion-time", text], f"{TIME}'{text}'")
        for text in (
            "0001-01-01T00:00:00+01:00",
            "soon",
            "2026-01-31T12:00:00",
            "2026-01-31",
            "2026-02-30T00:00:00Z",
            "5",
        )
    ],
]
MISUSED = [
    ["fly"],
    ["feed"],
    ["feed", "1", "2"],
    ["feed", "1", "--limit", "0"],
    ["feed", "1", "--limit", "many"],
    *([*command, "--release", number] for command in (["feed", "1"], ["path", "posts"]) for number in ("0", "-1")),
    ["run", "--cap", "0"],
    ["land"],
    ["status", "--colour"],
]
READING = [
    ["feed", "1"],
    ["export", "posts", "a.csv"],
    ["sql", "SELECT 1"],
    ["path", "posts"],
]


def require_told(said, code, message):
    assert (said.code, said.out, said.err.count("\n")) == (code, "", 1)
    assert said.err.startswith(f"error: {message}")


@pytest.mark.parametrize(("arguments", "message"), FAILED)
def test_what_cannot_be_done_ends_with_one(ask, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    require_told(ask(*arguments), 1, message)


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_what_was_asked_wrongly_ends_with_two(ask, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    require_told(ask(*arguments), 2, message)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", MISUSED, ids=" ".join)
def test_what_no_command_knows_ends_with_two(ask, arguments):
    said = ask(*arguments)
    assert (said.code, said.out, "Traceback" in said.err, "Error" in said.err) == (2, "", False, True)


@pytest.mark.parametrize("name", ["", "nothing"])
def test_a_name_that_is_not_described_ends_with_two(call, name):
    require_told(call("describe", name), 2, f"nothing is called {name!r}: {VIEWS}, ")


@pytest.mark.parametrize("arguments", [*READING, ["status"], ["releases"], ["quarantine"]], ids=" ".join)
def test_where_there_is_no_lake_that_is_said(call, tmp_path, arguments):
    root = tmp_path / "nowhere"
    require_told(call(*arguments, "--root", root), 1, f"there is no lake at {root}: land events there first\n")
    assert not root.exists()


def test_where_nothing_landed_there_is_nothing_to_run(call, tmp_path):
    said = call("run", "--root", tmp_path / "nowhere")
    require_told(said, 1, f"nothing landed at {tmp_path}/nowhere yet: `newsfeed land SOURCE` lands events\n")


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_where_nothing_was_released_that_is_said(call, landed_only, arguments):
    said = call(*arguments, "--root", landed_only)
    require_told(said, 1, f"nothing was released at {landed_only} yet: `newsfeed run` publishes the first release\n")


@pytest.fixture
def landed_only(call, tmp_path):
    root = tmp_path / "lake"
    assert call("land", file_of(tmp_path / "a", line()), "--root", root).code == 0
    return root


def test_a_file_is_no_lake(call, tmp_path):
    source = file_of(tmp_path / "a", line())
    said = call("land", source, "--root", source)
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert source in said.err
    assert "other processes" not in said.err


def test_a_folder_is_no_file_to_export_to(ask, tmp_path):
    (tmp_path / "a.csv").mkdir()
    require_told(ask("export", "posts", tmp_path / "a.csv"), 1, f"cannot write {tmp_path}/a.csv: Is a directory\n")


def test_an_interrupt_is_told_without_a_traceback(call, monkeypatch):
    def interrupt(lake):
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.reading.inspection.status_of", interrupt)
    said = call("status")
    assert (said.code, said.out, said.err) == (130, "", "interrupted\n")
