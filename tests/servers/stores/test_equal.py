"""The lake and all kinds of stores give equal answers for 1,000 random users of a network that lives."""

import contextlib
import re
import subprocess
from functools import cache
from itertools import pairwise
from random import Random

import pytest

from pipelines.storage.lake import Lake
from pipelines.stores.base import OWNERS, PAGED
from pipelines.stores.publish import publish
from tests.servers.commands import COMMAND, Commands
from tests.stores.contract import opened
from tests.stores.expected import expected

USERS = 1000
EVENTS = 20_000


@pytest.fixture(scope="module")
def lake(tmp_path_factory, seed):
    """Two releases of a network, the second with a tenth more."""
    folder = tmp_path_factory.mktemp("network")
    commands = Commands(str(folder / "lake"))
    told = ["--network", "XS", "--events", str(EVENTS), "--seed", str(seed), "--rate", "0"]
    lines = subprocess.run([*COMMAND, "produce", "-", *told], capture_output=True, check=True).stdout.splitlines(True)
    for name, part in (("first", lines[: -EVENTS // 10]), ("second", lines[-EVENTS // 10 :])):
        (folder / name).write_bytes(b"".join(part))
        commands.work("land", folder / name)
        commands.work("run")
    return Lake.at(commands.root)


@pytest.fixture(scope="module")
def said(lake):
    return expected(lake)


@pytest.fixture(scope="module")
def snapshots(lake, redis, postgresql, tmp_path_factory):
    """What a store of each kind has of the second release, which came to it after the first."""
    folder = tmp_path_factory.mktemp("stores")
    servers = [f"{redis.url()}?prefix=equal", f"{postgresql.url()}?schema=equal"]
    urls = [f"lmdb:{folder / 'served.lmdb'}", f"search:{folder / 'found'}", *servers]
    with contextlib.ExitStack() as open_stores:
        stores = [open_stores.enter_context(opened(url)) for url in urls]
        for number in (1, 2):
            publish(lake, stores, number)
        yield [open_stores.enter_context(store.reading()) for store in stores]


@pytest.fixture
def random(seed):
    return Random(seed)


def some_of(rows, random):
    """Of 1,000 random users, or as many as there are."""
    return random.sample(list(rows), min(USERS, len(rows)))


def test_their_rows_are_equal_and_their_pages(snapshots, said, random):
    for snapshot in snapshots:
        for view in snapshot.stored.views:
            owners = said.by_owner[view]
            some = some_of(owners, random)
            assert snapshot.of_ids(view, OWNERS[view], some) == said.of_ids(view, OWNERS[view], some), view
            for one in some[:100] if view in PAGED else ():
                behind = random.choice(owners[one])
                assert snapshot.page(view, one, 20, behind) == said.page(view, one, 20, behind), view


def test_their_people_are_equal_by_what_names_begin_with(snapshots, said, random):
    having = [one for one in snapshots if "user_directory" in one.stored.views]
    assert len(having) == 3
    for row in some_of(said.directory, random):
        prefix = row["term"][: random.randrange(1, len(row["term"]) + 1)]
        rows = said.people(prefix, 20)
        assert [one.people(prefix, 20) for one in having] == [rows] * 3, prefix


@pytest.fixture
def found(snapshots):
    """What the search index finds."""
    return next(one.found for one in snapshots if hasattr(one, "found"))


def by_word(rows, words):
    """Rows by each of their words, in their order."""
    found = {}
    for row in rows:
        for word in words(row):
            found.setdefault(word, []).append(row)
    return found


def test_who_has_a_name_is_found_by_it_first_those_with_more_followers_before_others(said, found, random):
    profiles = [row for rows in said.by_owner["profile"].values() for row in rows if row["is_active"]]
    having = by_word(sorted(profiles, key=lambda row: (-row["followers"], row["user_id"])), names_of)
    for row in some_of(profiles, random):
        name = random.choice(sorted(names_of(row)))
        rows = having[name][:20]
        assert found(name, 20).people[: len(rows)] == rows, name


def names_of(row):
    names = [row["username"], row["first_name"], row["last_name"], f"{row['first_name']} {row['last_name']}"]
    return {name.casefold() for name in names if name}


def test_the_posts_that_say_words_of_a_users_post_are_found_first_the_newest_of_them_before_others(said, found, random):
    posts = [row for rows in said.by_owner["posts"].values() for row in rows]
    saying = by_word(sorted(posts, key=lambda row: row["posted_at"], reverse=True), lambda row: words_of(row["text"]))
    for own in some_of(by_word(posts, lambda row: [row["author_id"]]).values(), random):
        said_there = sorted(words_of(random.choice(own)["text"]))
        words = random.sample(said_there, min(random.choice([1, 2]), len(said_there)))
        rows = [row for row in saying[words[0]] if words_of(row["text"]).issuperset(words)][:20] if words else []
        assert found(" ".join(words), 20).posts[: len(rows)] == rows, words


@cache
def words_of(text):
    """The words of a text; where they stand without spaces between them, all neighbours."""
    return {word for run in re.findall(r"[^\W_]+", text.casefold()) for word in split(run)}


def split(run):
    return map("".join, pairwise(run)) if run[0] >= "\u3000" else [run]
