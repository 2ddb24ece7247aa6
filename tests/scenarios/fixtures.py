"""What a scenario may ask for: the history to tell, and functions that say what a view shows of it so far.

Each test is told twice: to the reference, and to the pipeline. One landing and one run a policy answer all questions
to the pipeline: before its first one, all tests are rehearsed with the reference, which shows what they will tell.
"""

from contextlib import suppress
from inspect import signature

import pytest

from pipelines.storage.lake import Lake
from tests.scenarios.stage import Stage
from tests.scenarios.story import PEOPLE, Story, by_reference


@pytest.fixture(params=["reference", "pipeline"])
def story(request):
    """A history of which the n-th event happens n minutes after midnight, and whom to ask about it."""
    if request.param == "reference":
        return Story(by_reference)
    return Story(request.getfixturevalue("stage").ask)


def part(name):
    """A fixture that is the story's attribute of that name."""

    def of(story):
        return getattr(story, name)

    return pytest.fixture(of, name=name)


history, rows, feed, shown, notified = map(part, ("history", "rows", "feed", "shown", "notified"))
alice, bob, carol, dora, erin = map(part, PEOPLE)


@pytest.fixture(scope="session")
def stage(request, engine, tmp_path_factory):
    """The lake in which every history happens that any of the tests asks about."""
    folder = tmp_path_factory.mktemp("stage")
    told = [events for item in request.session.items if "story" in item.fixturenames for events in rehearsed(item)]
    return Stage(lambda: Lake.at(str(folder / "lake")), engine, told)


def rehearsed(item):
    """The histories that a test asks about, each as far as it was told then."""
    asked = []

    def ask(events, view, policy):
        asked.append(list(events))
        return by_reference(events, view, policy)

    story = Story(ask)
    given = {name: value for name, value in item.callspec.params.items() if name != "story"}
    with suppress(Exception):  # it fails by itself as well
        item.function(
            **{name: given.get(name, getattr(story, name, None)) for name in signature(item.function).parameters}
        )
    return asked
