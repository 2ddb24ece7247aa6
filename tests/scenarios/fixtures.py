"""What a scenario may ask for: the history to tell, and functions that say what a view shows of it so far.

Each test is told three times: to the reference, and to the pipeline, which lands all at once, or the last event of each
question by itself, after a run. One landing and one run a policy answer all questions to the pipeline: before its first
one, all tests are rehearsed with the reference, which shows what they will tell.
"""

from contextlib import suppress
from inspect import signature
from itertools import count

import pytest

from pipelines.storage.lake import Lake
from tests.scenarios.stage import Stage, StageOfBatches
from tests.scenarios.story import PEOPLE, Story, by_reference


@pytest.fixture(params=["reference", "pipeline", "batches"])
def story(request):
    """A history of which the n-th event happens n minutes after midnight, and whom to ask about it."""
    if request.param == "reference":
        return Story(by_reference)
    return Story(request.getfixturevalue("stage" if request.param == "pipeline" else "stage_of_batches").ask)


def part(name):
    """A fixture that is the story's attribute of that name."""

    def of(story):
        return getattr(story, name)

    return pytest.fixture(of, name=name)


history, rows, feed, shown, notified = map(part, ("history", "rows", "feed", "shown", "notified"))
alice, bob, carol, dora, erin = map(part, PEOPLE)


@pytest.fixture(scope="session")
def asked(request):
    """Every history that any of the tests asks about, and the policy under which it does."""
    return [one for item in request.session.items if "story" in item.fixturenames for one in rehearsed(item)]


@pytest.fixture(scope="session")
def new_stage_lake(tmp_path_factory):
    """A function that gives a new lake each time."""
    folder, numbers = tmp_path_factory.mktemp("stage"), count()
    return lambda: Lake.at(str(folder / f"lake{next(numbers)}"))


@pytest.fixture(scope="session")
def stage(new_stage_lake, engine, asked):
    """The lake in which every history happens."""
    return Stage(new_stage_lake, engine, asked)


@pytest.fixture(scope="session")
def stage_of_batches(new_stage_lake, engine, asked):
    """A lake for each policy, in which all happens that is asked about under it, the last events after a run."""
    return StageOfBatches(new_stage_lake, engine, asked)


def rehearsed(item):
    """The histories that a test asks about, each as far as it was told then, and under which policy."""
    asked = []

    def ask(events, view, policy):
        asked.append((list(events), policy))
        return by_reference(events, view, policy)

    story = Story(ask)
    given = {name: value for name, value in item.callspec.params.items() if name != "story"}
    with suppress(Exception):  # it fails by itself as well
        item.function(
            **{name: given.get(name, getattr(story, name, None)) for name in signature(item.function).parameters}
        )
    return asked
