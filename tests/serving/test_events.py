"""Events over HTTP, by the command: written, landed and released beside it."""

import gzip
import json
import re
import time
from pathlib import Path

import pytest

from pipelines.storage.lake import Lake
from tests.landing.lines import ids, line
from tests.serving.schemas import faults
from tests.serving.servers import PATIENCE, Forked

TOKEN = "a-token-that-is-long"
BARE = {"event_type": "followed", "actor_id": 5, "followee_id": 7}


def writing(root, *given):
    return Forked(root, *given, NEWSFEED_TOKENS=TOKEN)


def post(serving, *lines, **headers):
    body = b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines)
    return serving.ask("/events", "POST", body, Authorization=f"Bearer {TOKEN}", **headers)


def until(what):
    """What a function gives, once it is true."""
    end = time.monotonic() + PATIENCE
    while not (found := what()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    """A server whose events nobody lands."""
    root = tmp_path_factory.mktemp("taken") / "lake"
    with writing(str(root), "--inbox", str(root / "inbox")) as started:
        yield started


def test_an_event_is_taken_and_its_id_and_time_are_told(serving):
    answer = post(serving, BARE)
    (told,) = answer.facts["events"]
    assert (answer.status, told["status"], list(told)) == (201, "taken", ["event_id", "event_time", "status"])
    again = post(serving, BARE | {name: told[name] for name in ("event_id", "event_time")})
    assert (again.status, again.facts["events"]) == (200, [told | {"status": "again"}])


def test_lines_are_told_of_in_their_order(serving):
    told = post(serving, line("o-1"), BARE, line("o-3"), line("o-1")).facts["events"]
    assert [one["status"] for one in told] == ["taken", "taken", "taken", "again"]
    assert (told[0]["event_id"], told[2]["event_id"]) == ("o-1", "o-3")


def test_what_does_not_fit_is_told_with_every_fault(serving):
    answer = post(serving, BARE | {"actor_id": 0, "mood": 1}, line("f-2"))
    assert (answer.status, answer.facts["error"]) == (422, "lines that do not fit: 1 of 2; nothing was taken")
    assert len(answer.facts["lines"][0]["faults"]) == 2
    assert post(serving, line("f-2")).status == 201


def test_a_conflict_is_told_with_its_line(serving):
    assert post(serving, line("c-1")).status == 201
    answer = post(serving, line("c-2"), line("c-1", actor_id=6))
    assert (answer.status, answer.facts["lines"]) == (409, [{"line": 2, "event_id": "c-1"}])


def test_an_append_is_conditional_by_the_number_that_is_told(serving):
    assert serving.ask("/users/77/version").headers["ETag"] == '"0"'
    assert post(serving, BARE | {"actor_id": 77}, If_Match='"0"').headers["ETag"] == '"1"'
    answer = post(serving, BARE | {"actor_id": 77}, If_Match='"0"')
    assert (answer.status, answer.headers["ETag"], answer.facts["events"]) == (412, '"1"', 1)
    assert serving.ask("/users/77/version").facts == {"user_id": 77, "events": 1}


@pytest.mark.parametrize("given", ["0", "*", '"-1"', '"x"', 'W/"0"', '"01"', '"0", "1"', '"99999999999999999999"'])
def test_an_if_match_that_is_no_number_is_told(serving, given):
    answer = post(serving, BARE, If_Match=given)
    assert (answer.status, answer.facts["error"].partition(":")[0]) == (400, "If-Match")


def test_what_is_too_large_or_nothing_is_refused(serving):
    assert post(serving, b" " * (1 << 20) + b"x").status == 413
    assert post(serving, b"").status == 400
    assert post(serving, *[BARE] * 10_001).status == 413


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", "identity"])
def test_events_may_be_packed_by_gzip(serving, encoding):
    lines = line(f"z-1-{encoding}") + b"\n" + line(f"z-2-{encoding}")
    body = lines if encoding == "identity" else gzip.compress(lines)
    answer = post(serving, body, Content_Encoding=encoding)
    assert [one["event_id"] for one in answer.facts["events"]] == [f"z-1-{encoding}", f"z-2-{encoding}"]


WHOLE = gzip.compress(line("z-3"))
LIMIT = 1 << 20


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (line("z-3"), 400, "body: expected lines, or a whole file by gzip of them, found it damaged (Not a gzipped"),
        (WHOLE[:-9], 400, "body: expected lines, or a whole file by gzip of them, found it damaged (Compressed file"),
        (WHOLE[:-8] + b"\0" * 8, 400, "body: expected lines, or a whole file by gzip of them, found it damaged (CRC"),
        (WHOLE + b"more", 400, "body: expected lines, or a whole file by gzip of them, found it damaged (Not a gz"),
        (gzip.compress(b""), 400, "expected events"),
        (b"", 400, "expected events"),
        (gzip.compress(b" " * (LIMIT + 1)), 413, f"body: expected at most {LIMIT} bytes, found more"),
        (gzip.compress(b" " * (64 * LIMIT)), 413, f"body: expected at most {LIMIT} bytes, found more"),
        (gzip.compress(b" " * LIMIT), 400, "expected events"),
    ],
    ids=["plain", "cut", "changed", "followed", "nothing", "empty", "byte too many", "bomb", "as long as may be"],
)
def test_what_gzip_packed_is_bounded_and_whole_or_refused_in_one_line(serving, body, status, words):
    answer = post(serving, body, Content_Encoding="gzip")
    assert (answer.status, answer.facts["error"].startswith(words)) == (status, True), answer.facts
    assert "\n" not in answer.facts["error"]


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "x" * 200])
def test_what_is_packed_in_another_way_is_told_which_is_taken(serving, encoding):
    answer = post(serving, b"x", Content_Encoding=encoding)
    assert (answer.status, answer.headers["Accept-Encoding"]) == (415, "gzip")
    assert answer.facts["error"] == f"Content-Encoding: expected gzip, identity or none, found {encoding[:100]!r}"


def test_what_is_said_of_events_is_what_is_described(serving):
    description = serving.ask("/openapi.json").facts
    answers = [
        post(serving, line("s-1"), BARE),
        post(serving, line("s-1")),
        post(serving, line("s-1", actor_id=6)),
        post(serving, BARE | {"actor_id": 78}, If_Match='"3"'),
        post(serving, BARE | {"actor_id": 0}, line("s-2")),
        post(serving, b""),
    ]
    assert [one.status for one in answers] == [201, 200, 409, 412, 422, 400]
    assert [faults(description, "/events", "post", one) for one in answers] == [[]] * 6
    assert set(description["paths"]["/events"]["post"]["responses"]) >= {str(one.status) for one in answers}
    version, waits = serving.ask("/users/78/version"), serving.ask("/users/5?after=s-1")
    assert (version.status, faults(description, "/users/{user_id}/version", "get", version)) == (200, [])
    assert (waits.status, faults(description, "/users/{user}", "get", waits)) == (409, [])


def test_what_was_taken_is_measured(serving):
    def taken():
        told = serving.ask("/metrics").facts.decode()
        return {name: int(number) for name, number in re.findall(r"^newsfeed_intake_(\w+) (\d+)$", told, re.MULTILINE)}

    before = taken()
    post(serving, BARE, BARE)
    assert taken()["events_total"] == before["events_total"] + 2
    assert taken()["waiting_events"] == before["waiting_events"] + 2


def test_the_inbox_has_one_server(serving, call, tmp_path):
    (inbox,) = {Path(link).parent for link in _opened(serving) if link.endswith("inbox/.lock")}
    done = call("serve", "--root", str(tmp_path / "lake"), "--inbox", str(inbox), "--port", "0")
    assert done.err == f"error: {inbox}: expected an inbox of which no other server lives, found one\n"
    assert done.code == 1


def _opened(serving):
    """The files that a server has open."""
    return [str(link.readlink()) for link in Path(f"/proc/{serving.process.pid}/fd").iterdir() if link.is_symlink()]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--keep-done", "7d"], "--keep-done: expected --land-every beside it"),
        (["--land-every", "1s", "--keep-done", "week"], "--keep-done: expected a time such as"),
        (["--land-every", "1s", "--keep-done", "0s"], "--keep-done: expected a time such as"),
    ],
)
def test_how_long_landed_segments_are_kept_is_a_time_of_a_server_that_lands(call, tmp_path, given, words):
    done = call("serve", "--root", str(tmp_path / "lake"), "--port", "0", *given)
    assert (done.code, done.err.startswith(f"error: {words}")) == (2, True), done.err


def test_killed_it_leaves_no_process_and_the_next_lands_and_releases_what_was_taken_and_leaves_nothing_either(tmp_path):
    root = str(tmp_path / "lake")
    with writing(root, "--land-every", "1h") as serving:
        until(lambda: _children(serving.process.pid))
        (child,) = _children(serving.process.pid)
        assert post(serving, line("k-1")).status == 201
    assert until(lambda: not Path(f"/proc/{child}").exists())
    with writing(root, "--land-every", "200ms", "--run-every", "200ms", "--keep-done", "1s") as serving:
        assert until(lambda: ids(Lake.at(root)) == ["k-1"])
        who = {"event_type": "registered", "actor_id": 6, "username": "mia", "first_name": "Mia", "last_name": "Öz"}
        told = post(serving, who).facts["events"]
        assert until(lambda: serving.ask("/users/6").status == 200)
        assert ids(Lake.at(root)) == [told[0]["event_id"], "k-1"]
        assert until(lambda: not list((Path(root) / "inbox" / "done").iterdir()))
        (child,) = _children(serving.process.pid)
        assert (serving.end(), Path(f"/proc/{child}").exists()) == (0, False)


def _children(pid):
    return [int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in (task / "children").read_text().split()]
