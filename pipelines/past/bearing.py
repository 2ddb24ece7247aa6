"""Bearing: of which events the rows of some owners of a view are made; all others may be left out.

Each function adds them to a selection, a step at a time: what some events name is what the next step looks for.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from pipelines.arrays import Int64s
from pipelines.events import CONTRACT
from pipelines.past.selection import Naming, Selection

FOLLOWS = ("followed", "unfollowed")
HIDES = ("blocked", "unblocked", "muted", "unmuted")
BLOCKS = ("blocked", "unblocked")
LIKES = ("liked", "unliked")
REPOSTS = ("reposted", "repost_undone")
ON_POSTS = ("posted", "post_edited", "post_deleted")
ACTIVITY = ("deactivated", "reactivated")
POSTED = ("posted",)
NAMES = ("registered", "profile_changed")
ACTOR = "actor_id"


def of_newsfeeds(events: Selection, readers: Int64s) -> None:
    """Whom the readers follow and hide and who blocks them; what those whom they follow posted and reposted."""
    by_readers = Naming((*FOLLOWS, *HIDES, *POSTED), ACTOR, readers)
    events.add(by_readers, Naming(BLOCKS, "blocked_id", readers))
    followees = events.ids(FOLLOWS, "followee_id")
    events.add(Naming((*POSTED, *REPOSTS), ACTOR, followees))
    _posts(events, events.ids((*POSTED, *REPOSTS), "post_id"))
    _parents(events)
    _actors(events, *FOLLOWS, *POSTED, *REPOSTS)


def of_timelines(events: Selection, authors: Int64s) -> None:
    """What the authors posted and reposted."""
    events.add(Naming((*POSTED, *REPOSTS), ACTOR, authors))
    _posts(events, events.ids((*POSTED, *REPOSTS), "post_id"))
    _parents(events)
    _actors(events, *POSTED, *REPOSTS)


def of_posts(events: Selection, posts: Int64s) -> None:
    """What is said of the posts."""
    _posts(events, posts)
    _actors(events, *POSTED)


def of_names(events: Selection, users: Int64s) -> None:
    """What names the users; of those who have none anything that they did, by which they are known."""
    events.add(Naming(NAMES, ACTOR, users))
    unnamed = np.setdiff1d(users, events.ids(NAMES, ACTOR))
    if len(unnamed):
        events.add(Naming(tuple(CONTRACT), ACTOR, unnamed))


def of_profiles(events: Selection, users: Int64s) -> None:
    """What the users did, who follows them, and who likes what they posted."""
    events.add(Naming(tuple(CONTRACT), ACTOR, users), Naming(FOLLOWS, "followee_id", users))
    posts = events.ids(POSTED, "post_id")
    events.add(Naming((*ON_POSTS, *LIKES), "post_id", posts))
    _actors(events, *FOLLOWS, *POSTED, *LIKES)


def of_notifications(events: Selection, users: Int64s) -> None:
    """Who follows the users, mentions and answers them, likes and reposts what they posted, and whom they hide."""
    by_users = Naming((*HIDES, *POSTED, *ACTIVITY), ACTOR, users)
    to_users = (Naming(FOLLOWS, "followee_id", users), Naming(BLOCKS, "blocked_id", users))
    events.add(by_users, *to_users, Naming(POSTED, "mentioned_ids", users))
    posts = events.ids(POSTED, "post_id")
    events.add(Naming((*LIKES, *REPOSTS), "post_id", posts), Naming(POSTED, "reply_to_post_id", posts))
    _posts(events, events.ids(POSTED, "post_id"))
    _parents(events)
    _actors(events, *FOLLOWS, *POSTED, *LIKES, *REPOSTS)


def of_followers(events: Selection, users: Int64s) -> None:
    """Who follows the users."""
    events.add(Naming(FOLLOWS, "followee_id", users))
    _actors(events, *FOLLOWS)


def of_followees(events: Selection, users: Int64s) -> None:
    """Whom the users follow."""
    events.add(Naming(FOLLOWS, ACTOR, users))
    _actors(events, *FOLLOWS)


def of_stats(events: Selection, posts: Int64s) -> None:
    """What is said of the posts, who likes and reposts them, and which posts answer them."""
    events.add(Naming((*LIKES, *REPOSTS), "post_id", posts), Naming(POSTED, "reply_to_post_id", posts))
    _posts(events, np.union1d(posts, events.ids(POSTED, "post_id")))
    _actors(events, *POSTED, *LIKES, *REPOSTS)


def of_directory(events: Selection, users: Int64s) -> None:
    """What names the users, and whether they are deactivated."""
    events.add(Naming((*NAMES, *ACTIVITY), ACTOR, users))


def _posts(events: Selection, posts: Int64s) -> None:
    """What anyone said of posts: whose they are, what they say, whether they stand."""
    events.add(Naming(ON_POSTS, "post_id", posts))


def _parents(events: Selection) -> None:
    """Whose the posts are that are answered."""
    events.add(Naming(POSTED, "post_id", events.ids(POSTED, "reply_to_post_id")))


def _actors(events: Selection, *types: str) -> None:
    """Whether those who did so are deactivated."""
    events.add(Naming(ACTIVITY, ACTOR, np.union1d(events.ids(types, ACTOR), events.ids(FOLLOWS, "followee_id"))))


class Bearing(NamedTuple):
    """The column that says whose a view's rows are, what adds the events that these are made of, and what none needs.

    The fields `without` are not read: for the rows of the view they may be null.
    """

    owner: str
    add: Callable[[Selection, Int64s], None]
    without: frozenset[str] = frozenset()


TEXTS = frozenset({"text", "languages"})
BEARING: Mapping[str, Bearing] = {
    "newsfeed": Bearing("reader_id", of_newsfeeds, TEXTS | {"mentioned_ids"}),
    "user_timeline": Bearing("author_id", of_timelines, TEXTS | {"mentioned_ids"}),
    "posts": Bearing("post_id", of_posts, frozenset({"mentioned_ids"})),
    "profile": Bearing("user_id", of_profiles, TEXTS | {"mentioned_ids"}),
    "followers": Bearing("user_id", of_followers),
    "followees": Bearing("user_id", of_followees),
    "post_stats": Bearing("post_id", of_stats, TEXTS | {"mentioned_ids"}),
    "notifications": Bearing("user_id", of_notifications, TEXTS),
    "user_directory": Bearing("user_id", of_directory, frozenset({"bio"})),
}
