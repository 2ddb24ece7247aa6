"""Forms: who may send them, what becomes of what was sent, and what a browser keeps."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from pipelines.landing.land import land
from pipelines.reading.users import UnknownUser
from pipelines.runs.run import run
from pipelines.serving.page.acting import event_of
from pipelines.serving.page.showing import legible
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of, line
from tests.serving.pages import Page
from tests.serving.servers import Forked

TOKEN = "a-token-that-is-long"


class Browser:
    """What a browser without scripts does: it keeps cookies, follows what it is told, and sends forms of pages."""

    def __init__(self, serving):
        self.serving, self.cookies, self.page = serving, {}, None

    def ask(self, path, method="GET", fields=None, **headers):
        kept = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        body = None if fields is None else urlencode(fields)
        answer = self.serving.ask(path, method, body, **kept, **headers)
        for one in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = one.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status == 303:
            self.path = answer.headers["Location"]
            return self.ask(self.path)
        self.page = Page(answer)
        return self.page

    def send(self, action, **fields):
        """Send the first form of the page that does an action."""
        form = next(one for one in self.page.forms if action in {one.fields.get("action"), one.action})
        return self.ask(form.action, form.method.upper(), {**form.fields, **fields})


@pytest.fixture(scope="module")
def taking(tmp_path_factory):
    root = str(tmp_path_factory.mktemp("taking") / "lake")
    inbox = ("--inbox", f"{root}/inbox")
    with Forked(root, "--store", "lake", *inbox, NEWSFEED_TOKENS=TOKEN) as serving:
        serving.inbox = f"{root}/inbox"
        yield serving


@pytest.fixture
def browser(taking):
    found = Browser(taking)
    found.ask("/page/sign-in")
    found.send("/page/sign-in", token=TOKEN)
    return found


NAMED = {"username": "ann", "first_name": "Ann", "last_name": "Aa"}


def registered(browser):
    return browser.send("registered", **NAMED)


def test_who_registers_acts_as_that_user_and_is_told_how_far_it_came(browser):
    found = registered(browser)
    assert (found.status, "was taken" in found.words, "waits to be landed" in found.words) == (200, True, True)
    assert any(given.get("http-equiv") == "refresh" for tag, given in found.elements)
    assert any(link.endswith("/newsfeed") for link in found.links)


def test_cookies_are_kept_from_scripts_and_other_sites(taking):
    answer = taking.ask("/page/sign-in", "POST", urlencode({"token": TOKEN, "user": ""}))
    said = answer.headers.get_all("Set-Cookie")
    assert len(said) == 2
    assert all("HttpOnly" in one and "SameSite=strict" in one and "Path=/page/" in one for one in said)


def test_a_token_that_is_none_is_refused(taking):
    assert Browser(taking).ask("/page/sign-in", "POST", {"token": "no-token-of-this-one"}).status == 401
    assert Browser(taking).ask("/page/events", "POST", {"action": "liked", "target": "1"}).status == 401


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"seal": "0" * 64}, {}),
        ({"seal": ""}, {}),
        ({"seal": "\u00e9"}, {}),
        ({}, {"Origin": "http://elsewhere.example"}),
        ({}, {"Sec_Fetch_Site": "cross-site"}),
        ({}, {"Sec_Fetch_Site": "same-site"}),
    ],
)
def test_a_form_of_another_site_is_refused_and_ours_is_taken(browser, fields, headers):
    registered(browser)
    seal = browser.ask("/page/register").forms[0].fields["seal"]
    wanted = {"action": "followed", "target": "1", "seal": seal, **fields}
    assert browser.ask("/page/events", "POST", wanted, **headers).status == 403
    own = {"Origin": f"http://127.0.0.1:{browser.serving.port}", "Sec_Fetch_Site": "same-origin"}
    assert browser.ask("/page/events", "POST", wanted | {"seal": seal}, **own).status == 200


def test_a_seal_of_one_visitor_is_none_of_another(browser):
    seal = browser.ask("/page/register").forms[0].fields["seal"]
    registered(browser)
    assert browser.ask("/page/events", "POST", {"action": "followed", "target": "1", "seal": seal}).status == 403


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"action": "followed", "target": "x"}, 400, "expected a user's id"),
        ({"action": "posted", "text": " "}, 400, "text: expected some words"),
        ({"action": "erased"}, 400, "action: expected"),
        ({"action": "registered", "username": "u" * 201}, 422, "username"),
    ],
)
def test_what_does_not_fit_is_said_as_a_page(browser, fields, status, words):
    registered(browser)
    seal = browser.ask("/page/register").forms[0].fields["seal"]
    found = browser.ask("/page/events", "POST", fields | {"seal": seal})
    assert (found.status, words in found.words) == (status, True), found.words


def test_a_server_that_takes_nothing_shows_no_forms_that_do(server):
    forms = [
        form.method for path in ("/page/", "/page/users/1", "/page/posts/20") for form in Page(server.ask(path)).forms
    ]
    assert set(forms) == {"get"}
    assert server.ask("/page/sign-in").status == 404


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/page/sign-in", "GET, HEAD, POST"), ("/events", "POST"), ("/users/1", "GET, HEAD"), ("/users/1/version", None)],
)
def test_by_which_methods_a_path_is_asked_is_told_who_asks_by_another(taking, path, methods):
    found = taking.ask(path, "DELETE", Authorization=f"Bearer {TOKEN}")
    assert (found.status, found.headers["Allow"]) == (405, methods or "GET, HEAD")


def test_signing_out_forgets_the_token(browser):
    registered(browser)
    browser.ask("/page/sign-in")
    browser.send("/page/sign-out")
    assert set(browser.cookies.values()) == {'""'}


def test_a_form_that_is_sent_twice_does_what_it_does_once(browser):
    for names in ({"username": "twice"}, {"username": "other"}):
        browser.cookies.pop("newsfeed_actor", None)
        browser.ask("/page/register")
        form, paths, kept = browser.page.forms[0], [], dict(browser.cookies)
        for more in ({}, {}, {"last_name": "Bb"}):
            browser.cookies = dict(kept)
            browser.ask(form.action, "POST", {**form.fields, "first_name": "A", "last_name": "Aa", **names, **more})
            paths.append((browser.path, browser.cookies["newsfeed_actor"]))
        assert (paths[0], len(set(paths))) == (paths[1], 2)


def test_a_text_that_is_sent_twice_by_a_form_is_one_post_and_another_one_is_another():
    form = {"action": "posted", "text": "hi", "once": "7"}
    events = [
        event_of(one, actor, find)
        for one, actor in (
            (form, 3),
            (dict(reversed(form.items())), 3),
            (form | {"text": "ho"}, 3),
            (form | {"target": "9"}, 3),
            (form | {"once": "8"}, 3),
            (form, 4),
            (form | {"once": "x"}, 3),
            (form | {"once": "x"}, 3),
        )
    ]
    assert events[0] == events[1]
    assert len({one["post_id"] for one in events}) == len({one["event_id"] for one in events}) == 7


def test_lines_of_a_form_end_as_lines_do(browser):
    registered(browser)
    form = browser.ask("/page/register").forms[0]
    browser.ask(form.action, "POST", {**form.fields, **NAMED, "bio": "one\r\ntwo"})
    event_id = browser.path.partition("?")[0].rpartition("/")[2]
    said = [
        json.loads(one)
        for file in Path(browser.serving.inbox).glob("*segment*")
        for one in file.read_text().splitlines()
        if event_id in one
    ]
    assert [one["bio"] for one in said] == ["one\ntwo"]
    assert (legible("a\r\nb\n\tc"), legible("a\rb\0")) == ("a\nb\n\tc", "a\ufffdb\ufffd")


@pytest.mark.parametrize("other", ["x=y z", "bad name=1", "novalue", "=v", 'json={"a": [1, 2]}', "\xe9=1"])
def test_cookies_of_others_hinder_nobody(browser, other):
    registered(browser)
    seal = browser.ask("/page/register").forms[0].fields["seal"]
    kept = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    body = urlencode({"action": "followed", "target": "1", "seal": seal})
    for cookie in (f"{other}; {kept}", f"{kept}; {other}"):
        assert browser.serving.ask("/page/events", "POST", body, Cookie=cookie).status == 303


def find(name):
    if name != "@ann":
        raise UnknownUser(name)
    return 5


def test_a_text_mentions_users_whom_there_are():
    event = event_of({"action": "posted", "text": "hi @ann, @ann. and @bob", "target": "9"}, 3, find)
    assert {name: event[name] for name in ("actor_id", "text", "reply_to_post_id", "mentioned_ids")} == {
        "actor_id": 3,
        "text": "hi @ann, @ann. and @bob",
        "reply_to_post_id": 9,
        "mentioned_ids": [5],
    }


@pytest.fixture(scope="module")
def private(tmp_path_factory, engine):
    """A server of a lake in which some users are deactivated, and some have one name, for who signs in."""
    folder = tmp_path_factory.mktemp("private")
    lake = Lake.at(str(folder / "lake"))
    names = {1: "leo", 2: "ben", 3: "Twin", 4: "twin"}
    lines = [line(f"r-{one}", "registered", actor_id=one, username=name) for one, name in names.items()]
    gone = [line(f"d-{one}", "deactivated", event_time="2025-12-31T11:00:00Z", actor_id=one) for one in (2, 3, 4)]
    land(lake, engine, [file_of(folder / "lines", *lines, *gone)], clock=CLOCK)
    run(lake, engine, clock=CLOCK)
    with Forked(lake.root, "--store", "lake", "--private", NEWSFEED_TOKENS=TOKEN) as serving:
        yield serving


def test_a_private_server_shows_its_pages_to_who_signs_in(private):
    browser = Browser(private)
    refused = browser.ask("/")
    assert (refused.status, "/page/sign-in" in refused.links) == (401, True)
    browser.ask("/page/sign-in")
    assert browser.send("/page/sign-in", token=TOKEN, user="@leo").status == 200
    assert "@leo" in browser.page.words
    assert {form.action for form in browser.page.forms} == set()


@pytest.mark.parametrize(
    ("user", "actor"), [("@LEO", 1), ("@ben", 2), ("@Ben", 2), ("@Twin", 3), ("@twin", 4), ("2", 2)]
)
def test_who_is_deactivated_signs_in_by_name_too_and_is_told_so(private, user, actor):
    browser = Browser(private)
    browser.ask("/page/sign-in")
    browser.send("/page/sign-in", token=TOKEN, user=user)
    assert (browser.path, browser.cookies["newsfeed_actor"]) == (f"/page/users/{actor}/newsfeed", str(actor))
    assert ("nothing of it is shown to others" in browser.page.words) == (actor != 1)


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("@nobody", "no user is called @nobody"),
        ("@TWIN", "2 users are called @TWIN: choose one by id"),
        ("99", "there is no user 99"),
        ("ben", "USER: expected a user's id or @username"),
    ],
)
def test_who_is_nobody_or_several_is_told_so(private, user, words):
    browser = Browser(private)
    browser.ask("/page/sign-in")
    found = browser.send("/page/sign-in", token=TOKEN, user=user)
    assert (found.status in {400, 404}, words in found.words, browser.cookies) == (True, True, {}), found.words
