"""What every store does: the tests of a kind of store are this class, with a fixture `url` that names an empty one.

Its package needs the fixtures of `tests.stores.conftest`.
"""

from contextlib import contextmanager, suppress
from random import Random
from typing import ClassVar

import pytest

from pipelines.reading.reader import LostView, Reader
from pipelines.reading.reader import newsfeed as with_names
from pipelines.storage import delta, places
from pipelines.stores import publish as publishing
from pipelines.stores import turns
from pipelines.stores.base import OWNERS, PAGED, StoreError
from pipelines.stores.changes import difference, served_of
from pipelines.stores.opening import store_of
from pipelines.stores.publish import publish
from pipelines.stores.verifying import verify
from pipelines.views import load_view
from tests.stores.expected import expected, told
from tests.stores.lakes import copied

NOBODY = 999_999_999_999


@contextmanager
def opened(url):
    store = store_of(url)
    try:
        yield store
    finally:
        store.close()


def require_equal(store, lake, number, random):
    """The store answers as a release of the lake does, all that can be asked."""
    with store.reading() as found:
        require_same(found, store.views, expected(lake, number), random)


def require_same(found, views, said, random):
    assert found.stored == said.stored_in(views)
    for view in views:
        require_same_rows(view, found, said)
        if view in PAGED:
            require_same_pages(view, found, said, random)
    if "user_directory" in views:
        require_same_people(found, said, random)
    if {"newsfeed", "profile", "posts"} <= set(views):
        readers = list(said.by_owner["newsfeed"])
        for one in random.sample(readers, 5):
            assert with_names(found, one, 20) == with_names(said, one, 20)


def require_same_rows(view, found, said):
    """The rows of all owners, and just some columns of them."""
    owner, every = OWNERS[view], [*said.by_owner[view], NOBODY]
    for columns in ((), list(load_view(view).table.names)[-2:]):
        rows = found.of_ids(view, owner, every, *columns)
        assert sorted(map(told, rows)) == said.told(view, *columns)


def require_same_pages(view, found, said, random):
    """Pages follow one another, also behind rows that are not there, and none says more than it is asked for."""
    for one in random.sample(list(said.by_owner[view]), 20):
        rows = said.by_owner[view][one]
        assert found.page(view, one, len(rows) + 1) == rows
        behind, pages = None, []
        while page := found.page(view, one, 3, behind):
            pages += page
            behind = page[-1]
        assert pages == rows
        for row in random.sample(rows, min(3, len(rows))):
            there = {name.lstrip("-"): row[name.lstrip("-")] for name in PAGED[view]}
            gone = {**there, "post_id": there["post_id"] - 1} if there.get("post_id") else there
            for behind in (there, gone):
                assert found.page(view, one, 2, behind) == said.page(view, one, 2, behind)
    assert found.page(view, NOBODY, 5) == []


def require_same_people(found, said, random):
    terms = [row["term"] for row in said.directory]
    for term in ["", "zzzz-none", *random.sample(terms, min(10, len(terms)))]:
        for prefix in {term[:1], term[:2], term}:
            for limit in (1, 7, 10_000):
                assert found.people(prefix, limit) == said.people(prefix, limit)


@contextmanager
def failing_after(parts, fault, monkeypatch):
    """A publish fails with a fault once so many parts are written."""
    really, left = publishing._write, [parts]

    def failing(*given):
        if not left[0]:
            raise fault
        left[0] -= 1
        really(*given)

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_write", failing)
        yield


@contextmanager
def counted_writes(monkeypatch):
    """The views of which changes are written meanwhile, one by one."""
    really, written = publishing._write, []
    with monkeypatch.context() as patch:
        patch.setattr(
            publishing, "_write", lambda change, *given: (written.append(change.view), really(change, *given))
        )
        yield written


class GivenUpError(Exception):
    """Nobody writes on."""


class Contract:
    portions: ClassVar[dict[str, int]] = {}
    """What is set where each write is to be durable by itself."""
    given_up = 24
    """How many publishes are given up, one after another."""

    @pytest.fixture
    def store(self, url):
        with opened(url) as found:
            yield found

    @pytest.fixture
    def random(self, seed):
        return Random(seed)

    def test_each_release_comes_to_it_from_that_before_as_a_whole_and_from_any_other(self, store, lakes, random):
        assert store.stored() is None
        for number in [*lakes.releases, 1, *random.sample(lakes.releases, 2)]:
            before = store.stored()
            (done,) = publish(lakes.last, [store], number)
            assert done.release == number
            assert done.whole == (before is None)
            require_equal(store, lakes.last, number, random)

    def test_just_what_changed_is_written(self, store, lakes, random):
        publish(lakes.last, [store], 3)
        (done,) = publish(lakes.last, [store], 4)
        assert not done.whole
        for view, written in done.views.items():
            rows = expected(lakes.last, 4).by_owner[view]
            assert written.of == sum(map(len, rows.values()))
            assert 0 < written.owners < len(rows) / 2, view

    def test_a_release_that_it_has_is_not_written_again(self, store, lakes, random):
        publish(lakes.last, [store])
        (done,) = publish(lakes.last, [store])
        assert (done.published, done.newer, done.views) == (False, False, {})
        require_equal(store, lakes.last, None, random)

    def test_a_slower_publish_sets_it_back_only_if_told_to(self, store, lakes, random):
        publish(lakes.each[2], [store])
        (kept,) = publish(lakes.each[1], [store])
        assert (kept.newer, kept.release, store.stored().release) == (True, 3, 3)
        publish(lakes.each[2], [store], 2)
        require_equal(store, lakes.each[1], 2, random)

    @pytest.mark.parametrize("which", ["other", "expired", "erased"])
    def test_what_it_has_of_no_release_of_the_lake_goes(self, which, store, lakes, request, random):
        lake = request.getfixturevalue(which)
        publish(lakes.each[0], [store])
        (done,) = publish(lake, [store])
        assert done.whole
        require_equal(store, lake, None, random)
        assert verify(lake, store) > 0

    def test_a_publish_that_fails_leaves_what_was_served(self, store, lakes, random, monkeypatch, tmp_path):
        publish(lakes.last, [store], 1)
        with failing_after(1, LostView("a file is gone"), monkeypatch), pytest.raises(LostView):
            publish(lakes.last, [store], 3)
        require_equal(store, lakes.last, 1, random)
        publish(lakes.last, [store], 3)
        require_equal(store, lakes.last, 3, random)

    def test_what_is_not_the_release_is_not_served(self, store, lakes, random, monkeypatch):
        publish(lakes.last, [store], 1)
        really = publishing._write

        def forgetful(change, *given):
            really(change._replace(rows=change.rows.slice(0, max(0, change.rows.num_rows - 1))), *given)

        monkeypatch.setattr(publishing, "_write", forgetful)
        with pytest.raises(StoreError, match="of release 3: .*what was served before is served on"):
            publish(lakes.last, [store], 3)
        require_equal(store, lakes.last, 1, random)
        monkeypatch.setattr(publishing, "_write", really)
        publish(lakes.last, [store], 3)
        require_equal(store, lakes.last, 3, random)

    def test_a_damaged_lake_is_told_and_changes_nothing(self, store, lakes, random, tmp_path):
        lake = copied(lakes.last, tmp_path / "damaged")
        publish(lake, [store], 1)
        view = store.views[0]
        before, after = (set(delta.files(Reader.of(lake, n).tables(view)[view])) for n in (1, 3))
        places.remove(min(after - before))
        with pytest.raises(LostView, match=f"view '{view}' of release 3 is gone"):
            publish(lake, [store], 3)
        require_equal(store, lake, 1, random)

    def test_killed_anywhere_it_serves_what_it_served_and_goes_on(self, url, lakes, killed, random, monkeypatch):
        with opened(url) as store:
            publish(lakes.last, [store], 1)
            parts = sum(1 for _ in difference(Reader.of(lakes.last, 3), store.stored(), store.views).parts())
        there = 0
        for most in (1, random.randint(1, parts // 2), parts):
            number, when = min(most, parts - there), random.choice(["before", "after"])
            killed(lakes.last, "publish", ("write", number, when), stores=[url], number=3, patch=self.portions)
            there += number if when == "after" else number - 1
            with opened(url) as store:
                require_equal(store, lakes.last, 1, random)
        with opened(url) as store, counted_writes(monkeypatch) as written:
            (done,) = publish(lakes.last, [store], 3)
            assert (done.parts, done.there, len(written)) == (parts, there, parts - there)
            require_equal(store, lakes.last, 3, random)
            assert verify(lakes.last, store) > 0

    def room(self, store):
        """How much room a store takes."""
        return 0

    def test_many_that_were_given_up_leave_one_half_at_most(self, store, lakes, random, monkeypatch):
        publish(lakes.last, [store], 1)
        for name, value in self.portions.items():
            monkeypatch.setattr(name, value)
        reader = Reader.of(lakes.last, 3)
        after, changes = served_of(reader, store.views), list(difference(reader, store.stored(), store.views).changes())

        def give_up(number):
            whole, plan = number % 4 > 1, str(number // 2)
            with suppress(GivenUpError), store.publishing(after, whole=whole, plan=plan) as writing:
                for change in changes[: random.randint(1, 8)]:
                    writing.write(change)
                raise GivenUpError
            return self.room(store)

        rooms = [give_up(number) for number in range(self.given_up)]
        assert max(rooms[self.given_up // 2 :]) <= 1.25 * max(rooms[: self.given_up // 2])
        require_equal(store, lakes.last, 1, random)
        publish(lakes.last, [store], 3)
        assert verify(lakes.last, store) > 0

    def test_what_is_left_of_a_publish_of_another_release_is_dropped(self, url, lakes, killed, random):
        with opened(url) as store:
            publish(lakes.last, [store], 1)
        killed(lakes.last, "publish", ("write", 2, "after"), stores=[url], number=3, patch=self.portions)
        with opened(url) as store:
            (done,) = publish(lakes.last, [store], 2)
            assert done.there == 0
            require_equal(store, lakes.last, 2, random)
            (done,) = publish(lakes.last, [store], 3)
            assert done.there == 0
            require_equal(store, lakes.last, 3, random)

    def test_killed_before_the_first_is_whole_it_serves_nothing(self, url, lakes, killed, random):
        with opened(url) as store:
            writes = sum(1 for _ in difference(Reader.of(lakes.last, 2), None, store.views).changes())
        killed(lakes.last, "publish", ("write", min(5, writes), "after"), stores=[url], number=2, patch=self.portions)
        with opened(url) as store:
            assert store.stored() is None
            with pytest.raises(StoreError, match="nothing was published there yet"), store.reading():
                pass
            (done,) = publish(lakes.last, [store], 2)
            assert done.there == min(5, writes)
            require_equal(store, lakes.last, 2, random)

    def test_of_a_first_one_that_was_killed_nothing_is_left_once_another_release_comes(
        self, url, lakes, killed, random
    ):
        killed(lakes.last, "publish", ("write", 2, "after"), stores=[url], number=2, patch=self.portions)
        with opened(url) as store:
            (done,) = publish(lakes.last, [store], 3)
            assert (done.there, done.whole) == (0, True)
            require_equal(store, lakes.last, 3, random)
            assert verify(lakes.last, store) > 0

    def test_of_two_at_once_both_succeed_and_the_later_release_stays(self, url, lakes, at_once, random):
        with opened(url) as store:
            publish(lakes.last, [store], 1)
        given = {"stores": [url]}
        first, second = at_once((lakes.each[1], "publish", given), (lakes.each[3], "publish", given))
        assert (first[0] in {2, 4}, second) == (True, [4])
        with opened(url) as store:
            require_equal(store, lakes.last, 4, random)

    def test_another_one_is_waited_for_and_not_for_ever(self, store, url, lakes, monkeypatch):
        monkeypatch.setattr(turns, "WAITS", 0.3)
        publish(lakes.last, [store], 1)
        with store.publishing(store.stored(), whole=False, plan=""), opened(url) as other:
            with pytest.raises(StoreError, match="another publish is not done yet") as told:
                publish(lakes.last, [other], 3)
            assert told.value.transient
        assert store.stored().release == 1
        publish(lakes.last, [store], 3)
        assert store.stored().release == 3

    def test_a_reader_sees_one_release_whatever_is_published_meanwhile(self, store, lakes, random):
        publish(lakes.last, [store], 1)
        with store.reading() as before:
            publish(lakes.last, [store], 2)
            require_same(before, store.views, expected(lakes.last, 1), random)
        require_equal(store, lakes.last, 2, random)

    def test_all_of_it_is_compared_with_the_lake(self, store, lakes):
        publish(lakes.last, [store])
        rows = sum(content.rows for content in store.stored().views.values())
        assert verify(lakes.last, store) == rows
