"""The intake against a plain model of it: a dict of events by id, through landings, files of others, and deaths."""

import random
from types import SimpleNamespace

import pytest

from pipelines.landing.land import land
from pipelines.serving.intake.deciding import Kind
from tests.landing.lines import file_of, line, rows_of
from tests.serving.intakes import Taking

STEPS, ROUNDS = 60, 4
IDS, ACTORS = 12, 3


class Model:
    """Which events stand: their actors and texts by id."""

    def __init__(self):
        self.events = {}

    def number(self, actor):
        return sum(event[0] == actor for event in self.events.values())

    def take(self, events, expected):
        """What becomes of a request: its kind and the number of its actor then, if that was expected."""
        new, conflict = {}, False
        for event_id, *event in events:
            standing = new.get(event_id) or self.events.get(event_id)
            conflict |= standing not in (None, event)
            new |= {event_id: event} if standing is None else {}
        present = None if expected is None else self.number(events[0][1])
        if conflict:
            return Kind.CONFLICT, present
        if not new:
            return Kind.AGAIN, present
        if expected != present:
            return Kind.CHANGED, present
        self.events |= new
        return Kind.TAKEN, present if present is None else present + len(new)


def drawn(draw, actor=None):
    actor = actor or draw.randint(1, ACTORS)
    return f"e-{draw.randrange(IDS * 8)}", actor, draw.choice(["", "a", "b"])


def line_of(event):
    event_id, actor, text = event
    return line(event_id, "posted", actor_id=actor, text=text)


@pytest.fixture
def world(lake, engine, tmp_path):
    made = SimpleNamespace(taking=Taking(lake, engine, tmp_path / "inbox"), model=Model(), file=tmp_path / "file.jsonl")
    yield made
    made.taking.intake.close()


def ask(world, draw):
    """Send a request, which the model is asked, too."""
    actor = draw.choice([None, draw.randint(1, ACTORS)])
    events = [drawn(draw, actor) for _ in range(draw.choice([1, 1, 2, 4]))]
    expected = None if actor is None else max(0, world.model.number(actor) + draw.choice([0, 0, 0, -1, 1]))
    told = world.taking.take(*map(line_of, events), expected=expected)
    assert (told.kind, told.present) == world.model.take(events, expected)


def land_a_file(world, draw):
    """Land events that are new, or were before, by other hands."""
    events = [(f"f-{draw.randrange(IDS * 8)}", *drawn(draw)[1:]) for _ in range(3)]
    events = list({event[0]: event for event in events}.values())
    land(world.taking.lake, world.taking.engine, [file_of(world.file, *map(line_of, events))])
    for event_id, *event in events:
        world.model.events.setdefault(event_id, event)


def seal_and_land(world, draw):
    world.taking.seal()
    if draw.random() < 0.3:
        world.taking.land_without_moving()
    else:
        assert world.taking.land().quarantined == 0


def die(world, _draw):
    world.taking.die()
    world.taking.begin()


def look(world, _draw):
    assert [world.taking.number(one) for one in range(1, ACTORS + 1)] == [
        world.model.number(one) for one in range(1, ACTORS + 1)
    ]


WHAT = [ask] * 12 + [look] * 3 + [land_a_file, seal_and_land, seal_and_land, die]


@pytest.mark.parametrize("number", range(ROUNDS))
def test_it_answers_as_the_model_does_and_the_log_has_what_the_model_has(world, seed, number):
    draw = random.Random(f"{seed} {number}")
    for _ in range(STEPS):
        draw.choice(WHAT)(world, draw)
    world.taking.seal()
    world.taking.land()
    look(world, draw)
    rows = rows_of(world.taking.lake.log, "event_id")
    assert len(rows) == len(world.model.events)
    assert {row["event_id"]: [row["actor_id"], row.get("text", "")] for row in rows} == world.model.events
