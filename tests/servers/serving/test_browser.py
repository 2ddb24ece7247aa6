"""A person at a real browser: registers, follows, posts, is seen by a follower, is muted, and is gone."""

import json
from time import monotonic, sleep

import pytest

from tests.servers.browser import browser
from tests.serving.servers import Serving

TOKEN = "a-token-that-is-long"
TEXT = "Good morning <script>document.title = 'taken over'</script>"
PATIENCE = 120


class Person:
    """What a person does at a page: fills in fields, presses buttons, reads."""

    def __init__(self, page, url):
        self.page, self.url = page, url

    def open(self, path):
        self.page.open(f"{self.url}{path}")
        here = "document.readyState === 'complete' && location.pathname + location.search"
        self.wait_until(lambda: self.page.run(here) == path)

    def fill(self, **fields):
        for name, value in fields.items():
            self.page.run(f"document.getElementById({json.dumps(name)}).value = {json.dumps(value)}")

    def press(self, label):
        """Press the button that is called so; the page that it leads to is there then."""
        self.page.run("window.before = true")
        buttons = "[...document.querySelectorAll('button'), ...document.querySelectorAll('a')]"
        called = f"{buttons}.find(one => one.innerText.trim() === {json.dumps(label)})"
        assert self.page.run(f"(one => one ? (one.click(), true) : false)({called})"), self.words
        self.wait_until(lambda: self.page.run("window.before === undefined && document.readyState === 'complete'"))

    def press_and_look(self, label):
        """Press a button that sends an event, wait until a release has it, and look at what it did."""
        self.press(label)
        self.wait_until(lambda: "It is seen now" in self.words)
        self.press("Look at it")

    def sign_in(self, user=""):
        self.open("/page/sign-in")
        self.fill(token=TOKEN, user=user)
        self.press("Sign in")

    def register(self, username, first_name, last_name):
        self.open("/page/register")
        self.fill(username=username, first_name=first_name, last_name=last_name)
        self.press_and_look("Register")

    @property
    def words(self):
        return str(self.page.run("document.body.innerText"))

    def wait_until(self, happened):
        ends = monotonic() + PATIENCE
        while not happened():
            assert monotonic() < ends, self.words
            sleep(0.1)


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    root = str(tmp_path_factory.mktemp("lived") / "lake")
    with Serving(root, "--land-every", "500ms", "--run-every", "500ms", NEWSFEED_TOKENS=TOKEN) as found:
        yield found


@pytest.fixture(scope="module")
def person(serving):
    with browser(390, 800) as page:
        yield Person(page, f"http://127.0.0.1:{serving.port}")


def test_who_registers_is_followed_posts_is_seen_is_muted_and_is_gone(person):
    person.sign_in()
    person.register("ann", "Ann", "Aalto")
    ann = person.page.run("location.pathname")
    person.register("ben", "Ben", "Berg")
    person.open(ann)
    person.press_and_look("Follow")
    assert "Unfollow" in person.words

    person.sign_in("@ann")
    person.fill(text=TEXT)
    person.press_and_look("Post")
    assert TEXT in person.words

    person.sign_in("@ben")
    assert TEXT in person.words
    assert (person.page.run("document.scripts.length"), "Newsfeed" in person.page.run("document.title")) == (0, True)
    person.page.run("document.querySelector('article p:last-of-type a').click()")
    person.wait_until(lambda: "you follow Ann Aalto @ann, who wrote it" in person.words)

    person.open(ann)
    person.press_and_look("Mute")
    person.press("My newsfeed")
    assert "Nothing is here yet" in person.words
    assert TEXT not in person.words


@pytest.mark.parametrize(
    "path", ["/page/", "/page/?prefix=a", "/page/releases", "/page/releases/1", "/page/quarantine"]
)
def test_a_page_fits_a_phone_and_begins_with_a_way_to_its_content(person, path):
    person.sign_in("@ben")
    person.open(path)
    assert person.page.run("document.documentElement.scrollWidth <= window.innerWidth")
    person.page.press("Tab")
    assert (
        person.page.run("document.activeElement.className + getComputedStyle(document.activeElement).outlineStyle")
        == "skipsolid"
    )
    person.page.press("Enter")
    assert person.page.run("location.hash + document.activeElement.id") == "#contentcontent"


def test_pages_are_dark_for_who_wants_that(person):
    person.open("/page/")
    colours = []
    for scheme in ("light", "dark"):
        person.page.prefer(scheme)
        colours.append(person.page.run("getComputedStyle(document.body).backgroundColor"))
    person.page.prefer("light")
    assert colours == ["rgb(251, 251, 253)", "rgb(19, 19, 24)"]
