"""Seeded social networks: who follows whom, who writes what, and who takes it back."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from benchmarks.activity import Cast, Posts, follows, reactions, users, written
from benchmarks.rarities import absences, edits, hides, with_mentions
from benchmarks.sampling import anytime, distinct_pairs, exponent_for
from benchmarks.scales import Scale
from pipelines.producing.drawing import Floats, Ints, pick, power_law

EPOCH_2020: Final = 1_577_836_800_000  # milliseconds


@dataclass(frozen=True)
class Network:
    """The events of a network, a table per event type with `event_id`, `event_time`, `actor_id` first."""

    tables: dict[str, pa.Table]
    deliveries: int
    popularity_exponent: float


def generate(scale: Scale, seed: int) -> Network:
    """A network of this scale, the same for the same seed.

    How far activity follows popularity is solved for, so that the posts of `scale` make its deliveries.
    """
    rng = np.random.default_rng(seed)
    followers = power_law(rng, scale.users, 0.6, 20), power_law(rng, scale.users, 0.8, 3)
    follower, followee = _follows(rng, *followers, scale)
    popularity = np.bincount(followee, minlength=scale.users)
    activity = power_law(rng, scale.users, 0.6, 20)
    exponent = exponent_for(scale.deliveries / scale.posts, popularity, activity)
    activity *= (popularity + 1.0) ** exponent
    audiences = follower[np.argsort(followee, kind="stable")]
    cast = Cast(_user_ids(rng, scale.users), popularity, audiences, activity)
    posts = _posts(rng, cast, scale.posts)
    tables = users(rng, cast) | follows(rng, cast.ids[follower], cast.ids[followee])
    tables |= written(rng, cast, posts)
    tables |= reactions(rng, cast, posts, scale.reposts, ("reposted", "repost_undone"))
    tables |= reactions(rng, cast, posts, scale.likes, ("liked", "unliked"))
    if not scale.core:
        tables["posted"] = with_mentions(rng, cast, posts, tables["posted"])
        tables |= edits(rng, cast, posts) | hides(rng, cast) | absences(rng, cast)
    return Network(_identified(tables), int(popularity[posts.authors].sum()), exponent)


def _follows(rng: np.random.Generator, readers: Floats, authors: Floats, scale: Scale) -> tuple[Ints, Ints]:
    """Who follows whom: one author is followed by everybody, and one reader follows a tenth of all.

    A scale of a million users so has a celebrity of 10^6 followers and a reader with 10^5 followees.
    """
    everybody = np.arange(scale.users)
    celebrity, curious = int(authors.argmax()), int(readers.argmax())
    fans = everybody[everybody != celebrity]
    others = rng.permutation(everybody[(everybody != celebrity) & (everybody != curious)])[: scale.users // 10]
    given = np.concatenate([fans * scale.users + celebrity, curious * scale.users + others])
    return distinct_pairs(rng, readers, authors, scale.follows, given)


def _user_ids(rng: np.random.Generator, size: int) -> Ints:
    """Growing ids with gaps."""
    return 10_000 + 7 * np.arange(size) + rng.integers(0, 7, size)


def _posts(rng: np.random.Generator, cast: Cast, size: int) -> Posts:
    """Posts at whole milliseconds; an id holds its time, like those of real networks."""
    times = np.sort(anytime(rng, size, 1, 30)) // 1000
    ids = ((times - EPOCH_2020) << 20) + (np.arange(size) & 0xFFFFF)
    return Posts(pick(rng, cast.activity, size), ids, times * 1000)


def _identified(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables with event ids: unlike numbers of 48 bits, in no order."""
    done, first = {}, 1
    for name, table in tables.items():
        ids = np.arange(first, first + len(table), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        ids &= np.uint64((1 << 48) - 1)
        done[name] = table.add_column(0, "event_id", pa.array(ids.astype(np.int64)))
        first += len(table)
    return done
