"""A lake with a history: what a store must be told of it differs in each way that there is."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from pipelines.erasing.erase import erase
from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import maintain
from pipelines.reading.reader import Reader
from pipelines.runs.rollback import roll_back_to
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.laws.worlds import CLOCK, drawn, in_small_files, land_events, together

HISTORIES, EACH = 70, 3
"""Of so many random histories, which have small and the greatest ids, each third one."""
PARTS = 3


class Lakes(NamedTuple):
    """A lake, which has so many releases, and each of them by itself: a copy of the lake when it was the last."""

    last: Lake
    each: tuple[Lake, ...]
    why: tuple[str, ...]

    @property
    def releases(self) -> range:
        """Their numbers."""
        return range(1, len(self.each) + 1)


def made(folder: Path, engine: Any, seed: int) -> Lakes:
    """A history of random histories: batches, another policy, a rollback, other buckets."""
    lake, random = Lake.at(str(folder / "lake")), Random(seed)
    events = few(seed)
    random.shuffle(events)
    each, why = list[Lake](), list[str]()

    def released(reason: str, step: Callable[[], Any]) -> None:
        number = len(each) + 1
        assert step().release.number == number, reason
        why.append(reason)
        each.append(copied(lake, folder / f"release{number}"))

    for number in range(PARTS):
        land_events(lake, engine, events[number::PARTS] if number else events[::PARTS], CLOCK + timedelta(days=number))
        released("a batch", lambda: run(lake, engine))
    land_events(lake, engine, list(little(events)))
    released("a small batch", lambda: run(lake, engine))
    released("another policy", lambda: run(lake, engine, policy={"cap": 3, "replies": "all"}))
    released("rolled back", lambda: roll_back_to(lake, 2))
    released("more buckets", lambda: run(lake, engine, rebuild=True, memory=1 << 19))
    return Lakes(lake, tuple(each), tuple(why))


def few(seed: int) -> list[Any]:
    """The events of some random histories."""
    return together(dict([*drawn(seed, HISTORIES).items()][::EACH]))


def little(events: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """What a few do late: of each view some rows change."""
    about = {"event_time": "2024-05-31T00:00:00.000000Z"}
    posts = [one for one in events if one["event_type"] == "posted"][:3]
    for number, post in enumerate(posts):
        actor = {"actor_id": post["actor_id"], **about}
        replier = 1001 + number
        yield {"event_id": f"p{number}", "event_type": "posted", "post_id": 900 + number, "text": "late", **actor}
        yield {"event_id": f"n{number}", "event_type": "registered", **NAMES, **about, "actor_id": replier}
        yield {
            "event_id": f"f{number}",
            "event_type": "followed",
            **about,
            "actor_id": replier,
            "followee_id": post["actor_id"],
        }


NAMES = {"username": "ann\0", "first_name": "ß" * 200, "last_name": "\u0390" * 200}


def copied(lake: Lake, place: Path) -> Lake:
    shutil.copytree(lake.root, place)
    return Lake.at(str(place))


@pytest.fixture(scope="session")
def lakes(tmp_path_factory, engine, seed):
    """The lake with a history."""
    with pytest.MonkeyPatch.context() as patch:
        in_small_files(patch, 50)
        return made(tmp_path_factory.mktemp("history"), engine, seed)


@pytest.fixture(scope="session")
def erased(tmp_path_factory, engine, lakes):
    """That lake once a person was erased, who wrote, and was followed."""
    lake = copied(lakes.last, tmp_path_factory.mktemp("erased") / "lake")
    erase(lake, engine, [writer(lake)], "ticket 1")
    return lake


@pytest.fixture(scope="session")
def expired(tmp_path_factory, engine, lakes):
    """That lake with its last release alone."""
    lake = copied(lakes.last, tmp_path_factory.mktemp("expired") / "lake")
    report = maintain(lake, Limits(1), grace=timedelta(0), execute=True)
    assert report.faults == []
    return lake


@pytest.fixture(scope="session")
def other(tmp_path_factory, engine, seed):
    """Another lake."""
    lake = Lake.at(str(tmp_path_factory.mktemp("other") / "lake"))
    land_events(lake, engine, few(seed + 1))
    run(lake, engine)
    return lake


def writer(lake: Lake) -> int:
    """Who wrote most."""
    found = Reader.of(lake).rows(
        "SELECT author_id FROM posts GROUP BY author_id ORDER BY count(*) DESC, author_id LIMIT 1", "posts"
    )
    return int(found[0]["author_id"])
