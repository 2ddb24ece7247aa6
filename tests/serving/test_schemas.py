"""Answers are what /openapi.json describes, and all that they have is described."""

import pytest
from jsonschema import Draft202012Validator

from tests.serving.schemas import faults


@pytest.fixture(scope="module")
def description(server):
    return server.ask("/openapi.json").facts


@pytest.mark.parametrize("ids", ["numbers", "strings"])
@pytest.mark.parametrize(
    ("path", "asked", "rows"),
    [
        ("/users/{user}", "/users/2", None),
        ("/users/{user}", "/users/5", None),
        ("/users/{user}/newsfeed", "/users/1/newsfeed?limit=1", "entries"),
        ("/users/{user}/newsfeed", "/users/1/newsfeed", "entries"),
        ("/users/{user}/newsfeed/{post_id}", "/users/1/newsfeed/40", "reasons"),
        ("/users/{user}/newsfeed/{post_id}", "/users/3/newsfeed/40", "missing"),
        ("/users/{user}/newsfeed/{post_id}", "/users/1/newsfeed/9999", "gone"),
        ("/users/{user}/timeline", "/users/2/timeline", "posts"),
        ("/users/{user}/notifications", "/users/2/notifications", "notifications"),
        ("/users/{user}/followers", "/users/2/followers", "followers"),
        ("/users/{user}/followees", "/users/1/followees", "followees"),
        ("/posts/{post_id}", "/posts/50", None),
        ("/posts/{post_id}", "/posts/40", None),
        ("/people", "/people?prefix=m", "people"),
        ("/releases", "/releases", "releases"),
        ("/status", "/status", None),
    ],
)
def test_an_answer_is_what_is_described(server, description, path, asked, rows, ids):
    answer = server.ask(f"{asked}{'&' if '?' in asked else '?'}ids={ids}")
    assert (answer.status, faults(description, path, "get", answer)) == (200, [])
    assert rows is None or answer.facts[rows]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_how_the_server_is_is_what_is_described(server, description, path):
    assert faults(description, path, "get", server.ask(path)) == []


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("/users/{user}", "/users/99", 404),
        ("/users/{user}/newsfeed", "/users/1/newsfeed?limit=0", 400),
        ("/search", "/search?text=mia", 404),
    ],
)
def test_a_fault_is_what_is_described(server, description, path, asked, status):
    answer = server.ask(asked)
    assert (answer.status, faults(description, path, "get", answer)) == (status, [])


def test_what_is_not_described_is_noticed(server, description):
    answer = server.ask("/users/2")
    assert faults(description, "/posts/{post_id}", "get", answer)
    answer.facts["profile"]["mood"] = "good"
    assert faults(description, "/users/{user}", "get", answer) == [
        "Additional properties are not allowed ('mood' was unexpected)"
    ]


def test_each_answer_in_json_has_a_schema_that_is_one(description):
    named = description["components"]["schemas"]
    for schema in named.values():
        Draft202012Validator.check_schema(schema)
    for methods in description["paths"].values():
        for said in methods.values():
            told = [one["content"] for one in said["responses"].values()]
            found = [one["application/json"]["schema"] for one in told if "application/json" in one]
            assert found
            assert {one["$ref"].removeprefix("#/components/schemas/") for one in found} <= named.keys()
