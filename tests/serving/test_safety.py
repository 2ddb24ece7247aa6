"""Who is answered, and how much; what no answer lacks."""

import json

import pytest

from pipelines.serving.rates import MOST, Rates
from pipelines.serving.safety import Limits, Safety, is_loopback, tokens_of
from tests.serving.servers import Forked

TOKEN, OTHER = "correct-horse-battery", "staple-staple-staple"
ALWAYS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def guarded(told, tmp_path_factory):
    """A server that answers nobody without a token."""
    file = tmp_path_factory.mktemp("tokens") / "tokens"
    file.write_text(f"{OTHER}\n")
    with Forked(
        told.root, "--store", "lake", "--private", "--tokens", str(file), "--rate", "0", NEWSFEED_TOKENS=TOKEN
    ) as serving:
        yield serving


@pytest.mark.parametrize(
    ("path", "status"),
    [("/users/1/newsfeed", 200), ("/users/99", 404), ("/users/x", 400), ("/no", 404), ("/healthz", 200)],
)
def test_every_answer_has_the_headers_of_safety(server, path, status):
    found = server.ask(path)
    assert (found.status, {name: found.headers[name] for name in ALWAYS}) == (status, ALWAYS)
    assert found.headers["Server"] is None


def test_the_page_of_what_can_be_asked_loads_nothing_from_elsewhere(server):
    page = server.ask("/docs")
    assert (page.status, b"/users/{user}/newsfeed" in page.facts) == (200, True)
    assert (b"<script" in page.facts, b"http://" in page.facts, b"https://" in page.facts) == (False, False, False)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")


def test_what_can_be_asked_is_described(server):
    described = server.ask("/openapi.json").facts
    assert described["openapi"].startswith("3.1")
    parameters = described["paths"]["/users/{user}/newsfeed"]["get"]["parameters"]
    assert {one["name"] for one in parameters} >= {"user", "limit", "cursor", "release", "ids"}
    assert all(one.get("description") for one in parameters)
    assert "HTTPValidationError" not in json.dumps(described)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example", "", "127.0.0.1.evil"])
def test_a_name_that_leads_here_is_not_answered(server, host):
    found = server.ask("/users/1", Host=host)
    assert (found.status, found.facts["error"].startswith("this server is not called by that name")) == (421, True)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1234", "127.0.0.1", "[::1]:80"])
def test_this_machine_is_answered(server, host):
    assert server.ask("/users/1", Host=host).status == 200


def test_without_a_token_nothing_is_taken(server):
    found = server.ask("/events", "POST", b"{}")
    assert (found.status, "to write needs a token: set NEWSFEED_TOKENS" in found.facts["error"]) == (403, True)


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong-wrong-wrong-wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"]
)
def test_who_has_no_token_is_told_so(guarded, given):
    found = guarded.ask("/users/1", Authorization=given)
    assert (found.status, found.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("given", [f"Bearer {TOKEN}", f"bearer  {OTHER}"])
def test_who_has_a_token_is_answered(guarded, given):
    assert guarded.ask("/users/1", Authorization=given).status == 200
    assert guarded.ask("/users/1", Authorization=given, Host="any.example").status == 200


def test_whether_a_server_is_alive_and_ready_is_told_to_all(guarded):
    assert [guarded.ask(path).status for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 401]


def test_a_body_that_is_too_large_is_refused(guarded):
    allowed, much = {"Authorization": f"Bearer {TOKEN}"}, b"x" * (Limits().body + 1)
    assert guarded.ask("/events", "POST", much, **allowed).status == 413


def test_a_head_answers_as_a_get_without_its_body(server):
    found, whole = server.ask("/users/1", "HEAD"), server.ask("/users/1")
    assert (found.status, found.facts, found.headers["Content-Length"]) == (200, b"", whole.headers["Content-Length"])


def test_who_asks_too_often_is_told_when_to_ask_again(told):
    with Forked(told.root, "--store", "lake", "--rate", "2") as serving:
        statuses = [serving.ask("/healthz").status for _ in range(20)]
        found = serving.ask("/healthz")
    assert statuses[:4] == [200] * 4
    assert (found.status, found.headers["Retry-After"]) == (429, "1")


def test_a_client_may_ask_twice_as_much_at_once_and_then_so_many_a_second():
    rates = Rates(10)
    assert [rates.takes("a", 5.0) for _ in range(21)] == [True] * 20 + [False]
    assert (rates.takes("b", 5.0), rates.takes("a", 5.05), rates.takes("a", 5.11), rates.takes("a", 5.11)) == (
        True, False, True, False,
    )  # fmt: skip
    assert sum(rates.takes("a", 100.0) for _ in range(30)) == 20


def test_of_no_end_of_clients_no_end_is_kept():
    rates = Rates(1)
    assert all(rates.takes(str(client), 1.0) for client in range(MOST + 100))
    assert len(rates._buckets) == MOST


def test_what_requests_took_is_measured(server):
    server.ask("/users/1/newsfeed?limit=1")
    server.ask("/users/99/newsfeed")
    text = server.ask("/metrics").facts.decode()
    assert 'newsfeed_http_requests_total{route="/users/{user}/newsfeed",method="GET",status="404"}' in text
    assert 'newsfeed_http_request_seconds_bucket{route="/users/{user}/newsfeed",le="+Inf"}' in text
    assert "newsfeed_release 2" in text


@pytest.mark.parametrize(
    ("host", "is_so"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("10.0.0.1", False), ("example.org", False), ("", False)],
)  # fmt: skip
def test_what_only_this_machine_reaches(host, is_so):
    assert is_loopback(host) is is_so


def test_hashes_of_tokens_are_kept_and_no_token():
    safety = Safety.of(
        "127.0.0.1", tokens_of(None, {"NEWSFEED_TOKENS": f"{TOKEN}, {OTHER}"}), Limits(), is_private=False
    )
    assert len(safety.tokens) == 2
    assert TOKEN not in repr(safety)
    assert safety.refusal("POST", "/events", "localhost", f"Bearer {OTHER}") is None
    assert safety.refusal("GET", "/users/1", "localhost", "") is None
