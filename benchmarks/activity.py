"""What users do, as tables of events: they register, follow, write, like, repost, and take it back."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from benchmarks.sampling import after, anytime, most_popular
from pipelines.producing.drawing import Floats, Ints, pick
from pipelines.producing.texts import masked, people, texts

REPLIES: Final = 0.25
OWN_THREADS: Final = 0.1
UNSEEN_PARENTS: Final = 0.005
RETRACTED: Final = 0.01
CANDIDATES: Final = 3
BY_FOLLOWERS: Final = 0.8  # of the reactions


@dataclass(frozen=True)
class Cast:
    """The users by index: their ids, how many follow them and who, how much they do.

    `followers` has the followers of the first user, then those of the second, and so on.
    """

    ids: Ints
    popularity: Ints
    followers: Ints
    activity: Floats


@dataclass(frozen=True)
class Posts:
    """The posts in order of time: the author's index, the post's id and time."""

    authors: Ints
    ids: Ints
    times: Ints


def users(rng: np.random.Generator, cast: Cast) -> dict[str, pa.Table]:
    """Everybody registers on the first day; some change a part of their profile later."""
    times = anytime(rng, len(cast.ids), 0, 1) // 1000 * 1000
    changed = some(rng, times)
    news = people(rng, len(changed))
    part = rng.integers(0, 3, len(changed))
    news = {name: masked(news[name], part != i) for i, name in enumerate(("username", "first_name"))}
    news["bio"] = masked(texts(rng, len(changed))[0], part != 2)
    return {
        "registered": table(times, cast.ids, **people(rng, len(times))),
        "profile_changed": table(after(rng, times[changed], 200), cast.ids[changed], **news),
    }


def follows(rng: np.random.Generator, followers: Ints, followees: Ints) -> dict[str, pa.Table]:
    """Follows at any time, some of which are withdrawn."""
    times = anytime(rng, len(followers), 0, 30)
    undone = some(rng, times)
    return {
        "followed": table(times, followers, followee_id=followees),
        "unfollowed": table(after(rng, times[undone], 48), followers[undone], followee_id=followees[undone]),
    }


def written(rng: np.random.Generator, cast: Cast, posts: Posts) -> dict[str, pa.Table]:
    """The posts with text and language, a quarter of them replies; some are deleted."""
    text, language = texts(rng, len(posts.ids))
    parents = pa.array(_parents(rng, cast, posts), mask=rng.random(len(posts.ids)) >= REPLIES)
    payload = {"post_id": posts.ids, "text": text, "language": language, "reply_to_post_id": parents}
    gone = some(rng, posts.times)
    actors = cast.ids[posts.authors]
    return {
        "posted": table(posts.times, actors, **payload),
        "post_deleted": table(after(rng, posts.times[gone], 12), actors[gone], post_id=posts.ids[gone]),
    }


def _parents(rng: np.random.Generator, cast: Cast, posts: Posts) -> Ints:
    """What each post answers if it is a reply: new and popular, or one's own last, or never seen."""
    size = len(posts.ids)
    place = np.arange(size)
    lags = rng.exponential(size / 360, (size, CANDIDATES)).astype(np.int64) + 1
    parents = most_popular(np.maximum(place[:, None] - lags, 0), cast.popularity[posts.authors])
    order = np.argsort(posts.authors, kind="stable")
    last = np.full(size, -1)
    same = np.flatnonzero(np.diff(posts.authors[order]) == 0)
    last[order[same + 1]] = order[same]
    own = (rng.random(size) < OWN_THREADS) & (last >= 0)
    unseen = rng.random(size) < UNSEEN_PARENTS
    return np.where(unseen, place + 1, posts.ids[np.where(own, last, parents)])


def reactions(
    rng: np.random.Generator, cast: Cast, posts: Posts, size: int, kinds: tuple[str, str]
) -> dict[str, pa.Table]:
    """Likes or reposts of what is new and popular, most by the author's followers, and some taken back."""
    candidates = rng.integers(0, len(posts.ids), (size, CANDIDATES))
    chosen = most_popular(candidates, cast.popularity[posts.authors])
    actors, ids = cast.ids[_audience(rng, cast, posts.authors[chosen])], posts.ids[chosen]
    times = after(rng, posts.times[chosen], 2)
    undone = some(rng, times)
    return {
        kinds[0]: table(times, actors, post_id=ids),
        kinds[1]: table(after(rng, times[undone], 5), actors[undone], post_id=ids[undone]),
    }


def _audience(rng: np.random.Generator, cast: Cast, authors: Ints) -> Ints:
    """Who reacts to each author: mostly one of the followers, else anybody."""
    count = cast.popularity[authors]
    place = np.cumsum(cast.popularity)[authors] - 1 - (rng.random(len(authors)) * count).astype(np.int64)
    known = (rng.random(len(authors)) < BY_FOLLOWERS) & (count > 0)
    anybody = pick(rng, cast.activity, len(authors))
    return np.where(known, cast.followers[np.maximum(place, 0)], anybody)


def some(rng: np.random.Generator, values: Ints, share: float = RETRACTED) -> Ints:
    """The indices of a share of the values, by default of what is retracted."""
    return np.flatnonzero(rng.random(len(values)) < share)


def table(times: Ints, actors: Ints, **payload: Ints | pa.Array) -> pa.Table:
    """Events of one type."""
    return pa.table({"event_time": times, "actor_id": actors, **payload})
