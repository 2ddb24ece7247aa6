"""Histories told in sentences, and what a view says after they have landed."""

import pytest

from pipelines.runner.reading import Reader
from pipelines.runner.runs import run
from tests.histories import History
from tests.laws.worlds import land_events, rows_of


@pytest.fixture
def history():
    """A history in which the n-th event happens n minutes after midnight."""
    return History()


@pytest.fixture
def rows(history, lake, engine):
    """A function that lands what was told since, runs when anything is new, and gives the rows of a view."""
    landed, policies = [], [None]

    def of(view, **policy):
        new = history.events[len(landed) :]
        if new:
            landed.extend(new)
            land_events(lake, engine, new)
        if new or policy != policies[-1]:
            policies.append(policy)
            run(lake, engine, policy=policy)
        return rows_of(Reader.of(lake), view)

    return of


@pytest.fixture
def feed(rows):
    """A function that gives (post, reposter, entered_at) of a reader's newsfeed, newest first."""

    def of(reader, **policy):
        mine = [row for row in rows("newsfeed", **policy) if row[0] == reader]
        assert [row[1] for row in mine] == list(range(1, len(mine) + 1))
        return [(post, reposter, entered) for _, _, post, _, reposter, entered in mine]

    return of
