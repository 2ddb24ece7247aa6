"""A story: a history told in sentences, and what the views say of it, asked at any point of the telling."""

from collections.abc import Callable

from tests.histories import Event, History
from tests.laws.worlds import Row
from tests.reference import Policy, views

PEOPLE = ("alice", "bob", "carol", "dora", "erin")  # the users 1 to 5

Ask = Callable[[list[Event], str, Policy], list[Row]]  # the rows of a view after these events


def by_reference(events: list[Event], view: str, policy: Policy) -> list[Row]:
    """What the reference says."""
    return views(events, policy)[view]


class Story:
    """A history among five people, and questions about it: each is about what was told so far."""

    def __init__(self, ask: Ask) -> None:
        self.history = History()
        self.alice, self.bob, self.carol, self.dora, self.erin = self.history.users(*PEOPLE)
        self.ask = ask

    def rows(self, view: str, **policy) -> list[Row]:
        """All rows of a view, in its order; times in microseconds."""
        return self.ask(self.history.events, view, Policy(**policy))

    def of_one(self, view: str, user: int, **policy) -> list[Row]:
        """What follows position in a user's rows of a view, which are numbered from 1."""
        mine = [row for row in self.rows(view, **policy) if row[0] == user]
        assert [row[1] for row in mine] == list(range(1, len(mine) + 1))
        return [row[2:] for row in mine]

    def feed(self, reader: int, **policy) -> list[Row]:
        """(post, reposter, entered_at) of a reader's newsfeed, newest first."""
        return [(post, reposter, at) for post, _, reposter, at in self.of_one("newsfeed", reader, **policy)]

    def shown(self, reader: int, **policy) -> list[int]:
        """The posts in a reader's newsfeed, newest first."""
        return [post for post, *_ in self.of_one("newsfeed", reader, **policy)]

    def notified(self, user: int, **policy) -> list[Row]:
        """(kind, actor, post) of a user's notifications, newest first."""
        return [row[:3] for row in self.of_one("notifications", user, **policy)]
