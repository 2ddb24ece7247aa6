"""Landings and runs come at their own paces; what may pass is told, and tried again."""

import pytest

from pipelines import following
from pipelines.errors import UsageError
from pipelines.following import Pace, follow
from pipelines.landing.report import Landing
from pipelines.runs.planning import NothingLanded
from pipelines.storage.places import PlaceError


class Ended(Exception):
    """The script is over."""


class World:
    """A clock that only steps and sleeping move on, and what each landing and run do, in turn."""

    def __init__(self, landings, runs=()):
        self.now, self.landings, self.runs, self.told = 0.0, list(landings), list(runs), []

    def sleep(self, seconds):
        self.now += seconds

    def step(self, script, name):
        if not script:
            raise Ended
        seconds, does = script.pop(0)
        self.told.append((round(self.now, 3), name))
        self.now += seconds
        if isinstance(does, Exception):
            raise does
        return does

    def land(self):
        return self.step(self.landings, "land")

    def run(self):
        return self.step(self.runs, "run")

    def landed(self, landing, seconds):
        pass

    ran = landed

    def failed(self, line):
        self.told.append(line)


def landing(number=1):
    return Landing(number, 1, 1, 0, 0, 0)


@pytest.fixture
def followed(monkeypatch):
    def play(pace, landings, runs=(), until=Ended):
        world = World(landings, runs)
        monkeypatch.setattr(following, "monotonic", lambda: world.now)
        monkeypatch.setattr(following, "sleep", world.sleep)
        with pytest.raises(until):
            follow(pace, world.land, world.run, world)
        return world.told

    return play


def test_a_landing_comes_every_so_often_and_late_ones_are_not_made_up_for(followed):
    told = followed(Pace(10), [(1, landing()), (25, landing()), (1, landing()), (1, landing())])
    assert told == [(0, "land"), (10, "land"), (35, "land"), (45, "land")]


def test_a_run_comes_after_a_landing_that_brought_something_no_sooner_than_its_pace(followed):
    landings = [(1, landing()), (1, landing()), (1, landing(None)), (1, landing(None)), (1, landing(None))]
    told = followed(Pace(10, 15), landings, [(2, "published")] * 3)
    assert told == [(0, "land"), (1, "run"), (10, "land"), (20, "land"), (21, "run"), (30, "land"), (40, "land")]


def test_runs_keep_their_pace_though_landings_before_them_take_their_time(followed):
    told = followed(Pace(10, 20), [(1, landing()), *[(0.4, landing())] * 4], [(2, "published")] * 3)
    assert [at for at, name in told if name == "run"] == [1, 20.4, 40.4]


def test_what_landed_before_it_began_is_released_first(followed):
    assert followed(Pace(10, 60), [(1, landing(None))], [(2, "published")]) == [(0, "land"), (1, "run")]


def test_where_nothing_ever_landed_a_run_waits(followed):
    told = followed(
        Pace(10, 10),
        [(0, landing(None)), (0, landing(None)), (0, landing())],
        [(0, NothingLanded("none")), (0, "published")],
    )
    assert told == [(0, "land"), (0, "run"), (10, "land"), (20, "land"), (20, "run")]


def test_what_may_pass_is_told_and_tried_again(followed):
    away = PlaceError("the broker is away")
    told = followed(
        Pace(10, 10), [(0, landing()), (5, away), (0, landing(None))], [(0, away), (0, away), (0, "published")]
    )
    assert told == [
        (0, "land"), (0, "run"), "the broker is away",
        (10, "land"), "the broker is away", (15, "run"), "the broker is away",
        (20, "land"), (20, "run"),
    ]  # fmt: skip


@pytest.mark.parametrize("when", [0, 1], ids=["the first landing", "a later one"])
def test_what_does_not_pass_ends_it(followed, when):
    wrong = UsageError("there is no such format")
    assert followed(Pace(10), [(0, landing())] * when + [(0, wrong)], until=UsageError)[-1][1] == "land"


def test_the_first_landing_has_to_succeed(followed):
    followed(Pace(10), [(0, PlaceError("there is no such topic"))], until=PlaceError)
