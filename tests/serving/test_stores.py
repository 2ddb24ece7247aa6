"""Each view is read from its store, all of one release; the server keeps stores at the last one."""

from dataclasses import replace
from subprocess import Popen
from time import monotonic, sleep
from urllib.parse import quote

import pytest

from pipelines.landing.land import land
from pipelines.reading.reader import Reader
from pipelines.releases.release import NothingReleased
from pipelines.runs.run import run
from pipelines.serving import reading as reading_module
from pipelines.serving.answers import newsfeed
from pipelines.serving.keeping import Keeper
from pipelines.serving.reading import Reading, Unsettled
from pipelines.serving.roles import reading_of
from pipelines.stores.base import OWNERS
from pipelines.stores.changes import served_of
from pipelines.stores.opening import store_of
from pipelines.stores.publish import is_behind, publish
from tests.landing.lines import file_of, line
from tests.serving.pages import Page
from tests.serving.schemas import faults
from tests.serving.servers import Forked


@pytest.fixture
def urls(tmp_path):
    return {role: f"lmdb:{tmp_path}/{role}" for role in ("feeds", "profiles", "store")}


@pytest.fixture
def other_lake(lake, engine, tmp_path):
    """Another lake with as many releases."""
    for number in (1, 2):
        land(lake, engine, [file_of(tmp_path / f"other{number}", line(f"o-{number}", actor_id=70 + number))])
        run(lake, engine)
    return lake


def stored_in(lake, store):
    """What a store serves that has the last release of a lake."""
    return served_of(Reader.of(lake), store.views)


def published(told, url, release=None):
    store = store_of(url)
    publish(told.lake, [store], release)
    store.close()


def test_each_view_is_read_from_the_store_that_is_for_it(told, urls):
    by_view = reading_of(told.lake, urls.pop("store"), **urls).by_view
    roles = {view: store.url.rpartition("/")[2] for view, store in by_view.items()}
    assert roles == dict.fromkeys(OWNERS, "profiles") | {
        "newsfeed": "feeds",
        "notifications": "feeds",
        "user_directory": "store",
    }


def test_what_no_store_is_for_is_read_from_the_lake(told, urls):
    published(told, urls["feeds"])
    reading = reading_of(told.lake, "lake", feeds=urls["feeds"])
    assert list(reading.by_view) == ["newsfeed", "notifications"]
    found = reading.ask(lambda views: newsfeed(views, 1, 20))
    assert found == Reading(told.lake).ask(lambda views: newsfeed(views, 1, 20))


def test_a_store_that_is_behind_is_read_with_what_the_lake_had_then(told, urls):
    published(told, urls["feeds"], 1)
    reading = reading_of(told.lake, "lake", feeds=urls["feeds"])
    assert reading.ask(lambda views: (views.stored.release, len(views.of_ids("profile", "user_id", [5])))) == (1, 0)


def test_stores_of_two_releases_are_not_read_together(told, urls, monkeypatch):
    monkeypatch.setattr(reading_module, "PATIENCE", 0.2)
    published(told, urls["feeds"], 1)
    published(told, urls["store"])
    reading = reading_of(told.lake, urls["store"], feeds=urls["feeds"])
    for ask in (reading.check, lambda: reading.ask(lambda views: newsfeed(views, 1, 20))):
        with pytest.raises(Unsettled, match="a release is being published"):
            ask()
    published(told, urls["feeds"])
    assert reading.check() == 2


def test_stores_are_brought_to_the_release_that_serves(told, urls):
    given = ["--feeds", urls["feeds"], "--profiles", urls["profiles"]]
    with Forked(told.root, "--store", urls["store"], *given) as serving:
        serving.wait_until_ready()
        assert serving.ask("/users/1/newsfeed").facts["release"] == 2
        assert serving.faults == []
    assert [store_of(url).stored().release for url in urls.values()] == [2] * 3


@pytest.fixture(scope="module")
def searching(told, tmp_path_factory):
    """A server that has an index beside its store."""
    folder = tmp_path_factory.mktemp("searched")
    with Forked(told.root, "--search", f"search:{folder}/found", "--store", f"lmdb:{folder}/store") as serving:
        serving.wait_until_ready()
        yield serving


def test_people_and_posts_are_searched_in_an_index(searching):
    answer = searching.ask("/search?text=mia")
    found = answer.facts
    assert ([one["username"] for one in found["people"]][:1], found["release"]) == (["mia"], 2)
    of_posts = searching.ask(f"/search?text={quote('東京')}")
    (post,) = of_posts.facts["posts"]
    description = searching.ask("/openapi.json").facts
    assert [faults(description, "/search", "get", one) for one in (answer, of_posts)] == [[], []]
    assert (post["post_id"], post["author"]["user_id"]) == (40, 4)
    assert [searching.ask(f"/search?text={text}").status for text in ("", "%00", "%ff", "a" * 201)] == [
        400,
        200,
        200,
        400,
    ]
    assert searching.ask("/search?text=mia&release=1").status == 404
    assert searching.faults == []


def test_a_page_searches_people_and_posts_in_an_index(searching):
    assert list(Page(searching.ask("/page/")).forms[0].fields) == ["text"]
    for text in ("mai", "MI"):
        found = Page(searching.ask(f"/page/?text={text}"))
        assert ("2 people found" in found.words, found.forms[0].fields) == (True, {"text": text})
        assert {"/page/users/1", "/page/users/3/newsfeed"} <= set(found.links)
        assert "No post has such words" in found.words
    found = Page(searching.ask(f"/page/?text={quote('東京')}"))
    said = ("0 people found", "1 post found", "Nobody active has a name that is like that")
    assert all(one in found.words for one in said)
    assert "/page/posts/40" in found.links
    assert ("1 person found" in Page(searching.ask("/page/?prefix=leo")).words, searching.faults) == (True, [])
    assert Page(searching.ask("/page/?text=" + "x" * 201)).status == 400


def test_without_an_index_a_page_finds_people_by_prefix_alone(server):
    assert list(Page(server.ask("/page/")).forms[0].fields) == ["prefix"]
    found = Page(server.ask("/page/?text=mia"))
    assert (found.status, "this server searches what is served, by an index" in found.words) == (404, True)


def test_without_an_index_nothing_is_searched(server):
    found = server.ask("/search?text=mia")
    assert (found.status, found.facts["error"].startswith("this server searches what is served")) == (404, True)


def test_before_a_release_it_is_said_that_there_is_none(lake, tmp_path):
    with Forked(lake.root, "--store", f"lmdb:{tmp_path}/store") as serving:
        found = [serving.ask(path) for path in ("/readyz", "/users/1", "/releases", "/status")]
        assert [one.status for one in found] == [503] * 4
        assert {one.facts["error"] for one in found} == {"nothing was released yet"}
        assert (serving.ask("/metrics").status, serving.faults) == (200, [])


def test_a_store_that_cannot_be_written_is_told_once_and_what_it_has_is_served(told, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with Forked(told.root, "--store", f"lmdb:{tmp_path}/file/store") as serving:
        assert serving.ask("/readyz").status == 503
        while not serving.faults:
            sleep(0.02)
        paths = ("/users/1", "/users/1/newsfeed/20", "/page/users/1/newsfeed/20", "/page/users/1")
        assert [serving.ask(path).status for path in paths] == [503] * 4
        assert serving.end() == 0
    (told_once,) = serving.faults
    assert ("release not published" in told_once, f"{tmp_path}/file/store" in told_once) == (True, True)


def test_what_is_no_index_is_refused(told, call):
    done = call("serve", "--root", told.root, "--search", "lmdb:x")
    assert (done.code, done.err) == (2, "error: --search: expected an index such as search:PATH, found lmdb:x\n")


@pytest.mark.parametrize("url", ["nowhere:x", "x"])
def test_what_is_no_store_is_refused(told, call, url):
    done = call("serve", "--root", told.root, "--store", url)
    assert (done.code, done.err.startswith(f"error: {url}: expected the URL of a store, one of lmdb:PATH")) == (2, True)


def test_a_keeper_calls_no_process_with_the_url_of_a_store(told, urls, monkeypatch):
    called = []

    def start(command, **given):
        called.append(command)
        return Popen(command, **given)

    monkeypatch.setattr("pipelines.serving.keeping.subprocess.Popen", start)
    store = store_of(urls["store"])
    keeper = Keeper(told.lake, {urls["store"]: store})
    while store.stored() is None:
        sleep(0.01)
    keeper.close()
    assert called
    assert not [word for command in called for word in command if urls["store"] in word]


def test_a_keeper_ends_though_it_publishes(told, urls):
    keeper = Keeper(told.lake, {urls["store"]: store_of(urls["store"])})
    keeper.close()
    assert not keeper._thread.is_alive()


@pytest.fixture
def kept(told, urls):
    """A function that has a keeper at work on a store until a condition holds; what reads of the store."""
    reading, keepers = reading_of(told.lake, urls["store"]), []

    def until(holds):
        if not keepers:
            keepers.append(Keeper(reading.lake, reading.given, reading.heed))
        deadline = monotonic() + 60
        while not holds(reading):
            assert monotonic() < deadline, keepers[0]._fault
            sleep(0.02)
        return reading

    yield until
    keepers[0].close()
    reading.close()


def test_a_store_of_another_lake_is_published_to_anew_and_nothing_is_read_of_it_meanwhile(
    told, urls, kept, other_lake, monkeypatch
):
    store = store_of(urls["store"])
    assert publish(other_lake, [store])[0].release == 2
    monkeypatch.setattr(Keeper, "_publish", lambda *_: None)
    reading = kept(lambda reading: reading._own)
    with pytest.raises(NothingReleased, match="nothing of this lake"):
        reading.check()
    monkeypatch.undo()
    kept(lambda _: store.stored() == stored_in(told.lake, store))
    assert reading.check() == 2


def test_a_store_that_loses_what_it_had_is_published_to_anew_without_a_new_release(
    told, urls, kept, tmp_path, monkeypatch
):
    looks, publishing = [], Keeper._publish
    monkeypatch.setattr(Keeper, "_publish", lambda self, behind: (publishing(self, behind), looks.append(behind)))
    published(told, urls["store"])
    reading = kept(lambda _: looks)
    (tmp_path / "store").unlink()
    kept(lambda _: reading.given[urls["store"]].stored() is not None)
    assert (reading.check(), looks[0]) == (2, [])


def test_a_store_with_a_newer_release_is_left_alone(told, urls):
    store = store_of(urls["store"])
    publish(told.lake, [store])
    last = store.stored()
    others = {"release": 3}, {"release": 1}, {"views": {}}, {"lake": "x"}, {"lake": "x", "release": 3}
    assert [is_behind(replace(last, **one), last) for one in others] == [False, True, True, True, True]
    assert (is_behind(None, last), is_behind(last, last)) == (True, False)


def test_of_two_stores_none_is_waited_for_where_others_are_answered(told, urls):
    for given, is_quick in (({}, True), ({"feeds": urls["feeds"]}, False)):
        reading = reading_of(told.lake, urls["store"], **given)
        assert reading.is_quick == is_quick
