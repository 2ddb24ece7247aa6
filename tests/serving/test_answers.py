"""The server answers what the command does."""

import gzip
import json
from functools import partial

import pytest

from pipelines.cli import main


@pytest.fixture
def said(told, capsys):
    """What the command says of the same lake, as facts."""

    def of(*arguments):
        assert main([*arguments, "--json", "--root", told.root]) == 0
        return json.loads(capsys.readouterr().out)

    return of


@pytest.fixture
def asked(server):
    """The facts that the server answers."""

    def of(path, **headers):
        found = server.ask(path, **headers)
        assert found.status == 200, found.facts
        return found.facts

    return of


def test_a_server_is_alive(asked):
    assert asked("/healthz") == {"alive": True}


@pytest.mark.parametrize("user", [1, 2, 3, 4, 5, "@leo", "@LEO"])
def test_a_newsfeed_is_what_the_command_says(asked, said, user):
    found = asked(f"/users/{user}/newsfeed")
    assert found["entries"] == said("feed", str(user))
    assert (found["release"], found["next"]) == (2, None)


@pytest.mark.parametrize("user", [1, 2, 4, 5])
def test_a_page_of_a_user_is_what_the_command_says(asked, said, user):
    page = said("user", str(user), "--limit", "50")
    assert asked(f"/users/{user}")["profile"] == page["profile"]
    assert asked(f"/users/{user}/timeline")["posts"] == page["posts"]
    assert asked(f"/users/{user}/notifications")["notifications"] == page["notifications"]


def test_there_is_something_to_compare(said):
    assert [len(said("feed", str(user))) for user in (1, 2)] == [2, 1]
    assert [len(said("user", "2")[rows]) for rows in ("posts", "notifications")] == [2, 2]


@pytest.mark.parametrize("prefix", ["m", "mia", "MIA", "leo", "l", "@m", "@leo", "@lo", "zz", "ö"])
def test_people_are_found_as_the_command_finds_them(asked, said, prefix):
    found = asked(f"/people?prefix={prefix.encode().hex(' ').replace(' ', '%').join(['%', ''])}")
    assert found["people"] == said("find", prefix)


def test_no_more_people_are_found_than_are_asked_for(asked, said):
    assert asked("/people?prefix=m&limit=1")["people"] == said("find", "m", "--limit", "1")


def test_who_follows_whom_is_what_the_views_say(asked, said):
    rows = said("sql", "SELECT follower_id, since FROM followers WHERE user_id = 2")
    found = asked("/users/2/followers")["followers"]
    assert [{name: row[name] for name in ("follower_id", "since")} for row in found] == rows
    assert found[0]["follower"]["username"] == "mia"
    assert [row["followee_id"] for row in asked("/users/1/followees")["followees"]] == [2, 3]


def test_a_post_has_its_author_its_counts_and_what_it_answers(asked, said):
    (row,) = said(
        "sql", "SELECT p.*, likes, reposts, replies FROM posts p, post_stats s WHERE p.post_id = 50 AND s.post_id = 50"
    )
    post = asked("/posts/50")["post"]
    assert {name: post[name] for name in row} == row
    assert (post["reply_to"]["post_id"], post["reply_to"]["author"]["username"]) == (20, "leo")
    assert asked("/posts/40")["post"]["likes"] == 1


def test_releases_and_status_are_what_the_command_says(asked, said, told):
    assert asked("/releases")["releases"] == said("releases")
    assert asked("/status") | {"root": told.root} == said("status")


@pytest.mark.parametrize(("post", "release"), [(40, None), (20, 1), (50, None), (9999, None)])
def test_an_explanation_is_what_the_command_says(asked, said, post, release):
    given = [] if release is None else ["--release", str(release)]
    found = asked(f"/users/1/newsfeed/{post}" + (f"?release={release}" if release else ""))
    said_so = said("explain", "1", str(post), *given)
    assert {**found, "of": said_so["of"]} == {**said_so, "release": release or 2}


def test_a_page_is_of_the_release_that_is_asked_for(server, asked, said):
    assert asked("/users/2/notifications?release=1")["release"] == 1
    assert asked("/users/2/newsfeed?release=1")["entries"] == said("feed", "2", "--release", "1")
    assert server.ask("/users/2/newsfeed?release=9").status == 404


def test_ids_may_be_strings(asked, said):
    assert asked("/users/1/newsfeed?ids=strings")["entries"] == said("feed", "1", "--ids-as-strings")


def test_who_has_the_answer_is_told_that_it_is_unchanged(server):
    ask = partial(server.ask, "/users/1/newsfeed")
    tag = ask().headers["ETag"]
    same, other = ask(If_None_Match=f'"x", {tag}'), ask(If_None_Match='W/"x"')
    assert (same.status, same.facts, same.headers["ETag"], other.status) == (304, b"", tag, 200)
    assert server.ask("/users/1/newsfeed?ids=strings", If_None_Match=tag).status == 200
    assert server.ask("/users/1/newsfeed?release=1", If_None_Match=tag).status == 200


def test_a_large_answer_is_compressed_for_who_takes_that(server):
    plain, packed = (server.ask("/openapi.json", **given) for given in ({}, {"Accept_Encoding": "gzip"}))
    assert (plain.headers["Content-Encoding"], packed.headers["Content-Encoding"]) == (None, "gzip")
    assert json.loads(gzip.decompress(packed.facts)) == plain.facts


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip;q=0", None),
        ("br, gzip; q=0.000, *", None),
        ("GZIP;Q=0.5", "gzip"),
        ("br;q=1.0, gzip;q=1.0", "gzip"),
        ("deflate", None),
        ("x-gzipped", None),
        ("", None),
    ],
)
def test_an_answer_is_compressed_only_for_who_takes_that(server, accepted, encoding):
    assert server.ask("/openapi.json", Accept_Encoding=accepted).headers["Content-Encoding"] == encoding


def test_any_answer_that_is_had_is_one_that_there_is(server):
    asked = ("/users/1", "/users/99", "/posts/77", "/users/1/newsfeed?cursor=x")
    assert [server.ask(path, If_None_Match="*").status for path in asked] == [304, 404, 404, 400]


def test_pages_follow_one_another(asked):
    rows, path = [], "/users/2/notifications?limit=1"
    while path:
        found = asked(path)
        rows += found["notifications"]
        path = found["next"] and f"/users/2/notifications?limit=1&cursor={found['next']}"
    assert rows == asked("/users/2/notifications")["notifications"]
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/users/99", 404, "there is no user 99"),
        ("/users/@nobody/newsfeed", 404, "no active user is called @nobody"),
        ("/users/ada", 400, "USER: expected a user's id or @username, found 'ada'"),
        ("/users/0", 400, "USER: expected"),
        ("/posts/77", 404, "there is no post 77"),
        ("/posts/x", 400, "post_id: "),
        ("/posts/9223372036854775808", 400, "post_id: "),
        ("/users/1/newsfeed?limit=0", 400, "limit: "),
        ("/users/1/newsfeed?limit=201", 400, "limit: "),
        ("/users/1/newsfeed?cursor=x", 400, "cursor: expected what `next` of a page was, found 'x'"),
        ("/users/1/newsfeed?release=0", 400, "release: "),
        ("/users/1/newsfeed?ids=none", 400, "ids: "),
        ("/people?prefix=", 400, "prefix: "),
        ("/people", 400, "prefix: "),
        ("/nothing", 404, "there is nothing at this path"),
        ("/users/1/newsfeed/77777777777777777777", 400, "post_id: "),
    ],
)
def test_what_cannot_be_answered_is_told(server, path, status, words):
    found = server.ask(path)
    assert (found.status, list(found.facts)) == (status, ["error"])
    assert found.facts["error"].startswith(words)


def test_whom_there_is_not_is_told_as_the_command_tells_it(server):
    assert server.ask("/users/99").facts == {"error": "there is no user 99"}


def test_a_cursor_is_of_one_view_of_one_user(server):
    cursor = server.ask("/users/2/notifications?limit=1").facts["next"]
    for path in ("/users/1/notifications", "/users/2/newsfeed"):
        found = server.ask(f"{path}?cursor={cursor}")
        assert (found.status, "found one of another" in found.facts["error"]) == (400, True)


def test_another_method_is_refused(server):
    assert server.ask("/users/1", "DELETE").status in {403, 405}
