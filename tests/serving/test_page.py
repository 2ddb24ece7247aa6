"""Pages for people: what they show, to whom they lead, and that what users write is text."""

from urllib.parse import quote, urljoin

import pytest

from pipelines.landing.land import land
from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import maintain
from pipelines.runs.run import run
from pipelines.serving.account import changed
from pipelines.storage.lake import Lake
from pipelines.storage.measures import keep
from tests.landing.lines import CLOCK, file_of, line
from tests.serving.pages import Page
from tests.serving.servers import Forked

SCRIPT = '"><script>alert(1)</script>&amp;{{ 7 * 7 }}\u202e'
NAMES = {"username": f"a{SCRIPT}", "first_name": f"b{SCRIPT}", "last_name": f"c{SCRIPT}", "bio": f"d{SCRIPT}"}
HOSTILE = [
    line("r-1", "registered", event_time="2025-12-31T10:01:00Z", actor_id=1, **NAMES),
    line(f"e{SCRIPT}"[:60], "followed", event_time="2025-12-31T10:02:00Z", actor_id=2, followee_id=1),
    line("p-9", "posted", event_time="2025-12-31T10:03:00Z", actor_id=1, post_id=9, text=f"t{SCRIPT}"),
    line("p-10", "posted", event_time="2025-12-31T10:04:00Z", actor_id=2, post_id=10, text="", reply_to_post_id=9),
    line("f-2", "followed", event_time="2025-12-31T10:05:00Z", actor_id=1, followee_id=2),
]
TAGS = {"html", "head", "meta", "title", "link", "body", "a", "header", "nav", "strong", "main", "footer", "p", "h1"}
TAGS |= {"h2", "h3", "bdi", "span", "time", "article", "section", "dl", "dt", "dd", "div", "ul", "li", "code"}
TAGS |= {"form", "label", "input", "button", "textarea", "table", "thead", "tbody", "tr", "th", "td", "caption", "pre"}
TAGS |= {"svg", "rect", "text", "details", "summary", "option", "select"}


@pytest.fixture
def see(server):
    return lambda path: Page(server.ask(path))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, engine):
    folder = tmp_path_factory.mktemp("hostile")
    lake = Lake.at(str(folder / "lake"))
    land(lake, engine, [file_of(folder / "lines", *HOSTILE)], clock=CLOCK)
    run(lake, engine, clock=CLOCK)
    land(lake, engine, [file_of(folder / "more", line("f-3", followee_id=1))], clock=CLOCK)
    run(lake, engine, clock=CLOCK)
    maintain(lake, Limits(1), execute=True)
    with Forked(lake.root, "--store", "lake") as serving:
        serving.wait_until_ready()
        yield serving


def test_pages_begin_at_the_root(server):
    found = server.ask("/")
    assert (found.status, found.headers["Location"]) == (303, "/page/")


def test_people_are_found_by_a_form(see):
    (form,) = see("/page/").forms
    assert (form.method, form.action, list(form.fields)) == ("get", "/page/", ["prefix"])
    found = see("/page/?prefix=le")
    assert "1 person found" in found.words
    assert "/page/users/2" in found.links
    assert "Nobody" in see("/page/?prefix=zz").words


def test_a_newsfeed_is_shown_with_who_wrote_and_reposted_and_why(see):
    found = see("/page/users/1/newsfeed")
    assert 'from "four", 東京' in found.words
    assert "reposted by Leo Lo" in found.words
    assert "1 like · 1 repost · 0 replies" in found.words
    assert "/page/users/1/newsfeed/40" in found.links


def test_why_an_entry_is_seen_is_said_in_words(see):
    found = see("/page/users/1/newsfeed/40")
    assert "you follow Leo Lo @leo, who reposted it" in found.words
    assert "rp-40" in found.words
    assert "you do not follow" in see("/page/users/3/newsfeed/40").words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/page/users/@leo", "Timeline"),
        ("/page/users/2/notifications", "replied to you"),
        ("/page/users/2/followers", "since 2025-12-31 10:05:00 UTC"),
        ("/page/users/2/followers", "Followers of user 2"),
        ("/page/users/1/followees", "Leo Lo"),
        ("/page/users/1/followees", "Following of user 1"),
        ("/page/posts/50", "It answers"),
        ("/page/users/3/newsfeed", "Nothing is here yet"),
    ],
)
def test_each_view_has_a_page(see, path, words):
    found = see(path)
    assert found.status == 200
    assert words in found.words


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/page/users/99", 404, "there is no user 99"),
        ("/page/users/x", 400, "USER: expected"),
        ("/page/users/1/newsfeed?cursor=x", 400, "cursor: expected"),
        ("/page/posts/7", 404, "there is no post 7"),
        ("/page/posts/x", 400, "post_id: expected"),
        ("/page/no", 404, "nothing at this path"),
        ("/page/?prefix=" + "x" * 201, 400, "prefix: expected"),
        ("/page/users/1?release=77", 404, "release 77"),
    ],
)
def test_what_cannot_be_shown_is_said_as_a_page(see, path, status, words):
    found = see(path)
    assert (found.status, words in found.words) == (status, True), found.words


@pytest.mark.parametrize("release", [1, 2])
def test_older_pages_are_as_long_and_of_the_same_release(see, release):
    first = see(f"/page/users/1/newsfeed?limit=1&release={release}")
    (older,) = [link for link in first.links if "cursor=" in link]
    assert older.startswith(f"?limit=1&release={release}&cursor=")
    second = see(f"/page/users/1/newsfeed{older}")
    assert f"Release {release} is shown" in second.words
    assert [tag for tag, _ in second.elements].count("article") == 1


def test_pages_of_a_newsfeed_follow_one_another(see):
    first = see("/page/users/1/newsfeed?limit=1")
    (older,) = [link for link in first.links if "cursor=" in link]
    second = see(f"/page/users/1/newsfeed{older}")
    assert ("Entry 1" in first.words, "Entry 2" in second.words) == (True, True)


def test_no_link_among_pages_is_broken(server):
    waiting, seen = ["/", "/page/?prefix=l", "/page/?prefix=e", *(f"/page/users/{one}" for one in range(1, 6))], set()
    while waiting:
        path = waiting.pop()
        if path in seen or path.startswith("data:"):
            continue
        seen.add(path)
        found = server.ask(path)
        assert found.status in {200, 303}, path
        if found.status == 200 and path.startswith("/page/") and not path.endswith(".css"):
            waiting += [urljoin(path, link).partition("#")[0] for link in Page(found).links]
    assert len(seen) > 20


def test_a_browser_may_load_nothing_of_others_and_run_nothing(see):
    policy = see("/page/").headers["Content-Security-Policy"].split("; ")
    assert policy[:4] == ["default-src 'none'", "style-src 'self'", "img-src 'self' data:", "form-action 'self'"]
    assert see("/page/no").headers["Content-Security-Policy"].split("; ") == policy


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/page/?prefix=" + quote("b" + SCRIPT), f"b{SCRIPT} c{SCRIPT}"),
        ("/page/?prefix=" + quote("zz" + SCRIPT), None),
        ("/page/users/1", f"d{SCRIPT}"),
        ("/page/users/2/newsfeed", f"t{SCRIPT}"),
        ("/page/users/2/newsfeed/9", "e" + SCRIPT[:59]),
        ("/page/users/1/notifications", None),
        ("/page/users/2/followees", f"b{SCRIPT}"),
        ("/page/posts/10", f"t{SCRIPT}"),
        ("/page/users/" + quote(SCRIPT, safe=""), None),
        ("/page/" + quote(SCRIPT, safe=""), None),
    ],
)
def test_what_users_write_is_text_and_nothing_else(hostile, path, shown):
    found = Page(hostile.ask(path))
    assert found.status != 500
    assert found.tags <= TAGS
    assert not any(name.startswith("on") or name == "style" for _, given in found.elements for name in given)
    assert all(link.startswith(("/page/", "/docs", "#", "?", "data:,")) for link in found.links)
    assert "49" not in found.words.replace("user 49", "")
    assert shown is None or shown in found.words


def test_names_are_isolated_so_that_they_turn_nothing_else(hostile):
    text = hostile.ask("/page/users/2/followees").facts.decode()
    assert text.count("\u202e") == sum(one.partition("</bdi>")[0].count("\u202e") for one in text.split("<bdi>")[1:])


def test_releases_are_shown_with_what_waits_and_what_the_last_run_took(see):
    found = see("/page/releases")
    assert {"/page/releases/1", "/page/releases/2", "/page/quarantine"} <= set(found.links)
    assert "Newest event" in found.words


def test_what_changed_between_two_releases_is_counted(see, told):
    counts = changed(told.lake, 2)["counts"]
    (posts,) = (one for one in counts if one.view == "posts")
    assert f"posts{posts.came}{posts.went}{posts.changed}{posts.unchanged}" in see("/page/releases/2").words
    assert posts.came == 1


@pytest.mark.parametrize(("since", "to"), [(1, 2), (2, 1), (2, 2)])
def test_any_two_releases_are_compared_by_a_form(see, server, told, since, to):
    forms = [form for path in ("/page/releases", "/page/releases/2") for form in see(path).forms]
    assert [(form.action, form.fields) for form in forms] == [("/page/changes", {"since": "1", "to": "2"})] * 2
    place = server.ask(f"/page/changes?since={since}&to={to}").headers["Location"]
    found = see(place)
    (posts,) = (one for one in changed(told.lake, to, since)["counts"] if one.view == "posts")
    assert (posts.came, posts.went) == (int(since < to), int(since > to))
    assert f"What changed since release {since}" in found.words
    assert f"posts{posts.came}{posts.went}{posts.changed}{posts.unchanged}" in found.words
    assert found.forms[0].fields == {"since": str(since), "to": str(to)}


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/page/releases/2?since=1", 404, "release 1 was expired at"),
        ("/page/releases/1", 404, "release 1 was expired at"),
        ("/page/releases/2?since=3", 404, "there is no release 3: the last one is 2"),
        ("/page/releases/3?since=2", 404, "there is no release 3: the last one is 2"),
        ("/page/releases/2?since=0", 400, "since: expected a whole number"),
        ("/page/changes?since=2", 400, "to: expected a whole number"),
        ("/page/changes?since=x&to=2", 400, "since: expected a whole number"),
    ],
)
def test_releases_that_cannot_be_compared_are_told(hostile, path, status, words):
    found = Page(hostile.ask(path))
    assert (found.status, words in found.words) == (status, True), found.words


def test_the_seconds_of_steps_are_drawn(told, see):
    keep(told.lake, "release", 2, {"seconds_by_step": {"views/newsfeed": 2.0, "relations/follows": 0.5}})
    found = see("/page/releases")
    widths = [float(given["width"]) for tag, given in found.elements if tag == "rect"]
    assert (len(widths), widths[0], "2.00 s" in found.words) == (2, 4 * widths[1], True)


def test_lines_in_quarantine_are_shown_with_their_faults_and_no_place(see, told):
    found = see("/page/quarantine")
    assert "2 lines did not fit" in found.words
    assert "event_id" in found.words
    assert told.root not in found.words
