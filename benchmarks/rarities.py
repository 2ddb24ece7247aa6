"""What users do now and then: they edit, mention, block, mute, leave and come back."""

from typing import Final

import numpy as np
import pyarrow as pa

from benchmarks.activity import Cast, Posts, some, table
from benchmarks.sampling import after, anytime
from pipelines.producing.drawing import Floats, Ints, pick
from pipelines.producing.texts import texts

EDITED: Final = 0.01
MENTIONING: Final = 0.1
BLOCKS: Final = 0.2  # for each user
MUTES: Final = 0.3
LEAVING: Final = 0.002
UNDONE: Final = 0.1
COMING_BACK: Final = 0.5


def with_mentions(rng: np.random.Generator, cast: Cast, posts: Posts, posted: pa.Table) -> pa.Table:
    """The posts, some of which mention one to three users, mostly popular ones."""
    count = np.where(rng.random(len(posts.ids)) < MENTIONING, rng.integers(1, 4, len(posts.ids)), 0)
    ends = np.cumsum(count)
    named = cast.ids[pick(rng, _prominence(cast), int(ends[-1]))]
    offsets = pa.array(np.concatenate([[0], ends]), pa.int32(), mask=np.append(count == 0, np.False_))
    return posted.append_column("mentioned_ids", pa.ListArray.from_arrays(offsets, pa.array(named)))


def _prominence(cast: Cast) -> Floats:
    """How often a user is met: as the number of followers."""
    return cast.popularity.astype(np.float64) + 1


def edits(rng: np.random.Generator, cast: Cast, posts: Posts) -> dict[str, pa.Table]:
    """Some authors give their post another text."""
    edited = some(rng, posts.times, EDITED)
    times, actors = after(rng, posts.times[edited], 0.5), cast.ids[posts.authors[edited]]
    return {"post_edited": table(times, actors, post_id=posts.ids[edited], text=texts(rng, len(edited))[0])}


def hides(rng: np.random.Generator, cast: Cast) -> dict[str, pa.Table]:
    """Blocks and mutes of what is seen most, a few of them taken back."""
    blocks = _against(rng, cast, BLOCKS, ("blocked", "unblocked"), "blocked_id")
    return blocks | _against(rng, cast, MUTES, ("muted", "unmuted"), "muted_id")


def _against(
    rng: np.random.Generator, cast: Cast, share: float, kinds: tuple[str, str], whom: str
) -> dict[str, pa.Table]:
    """Half of them by a follower of the other user, who is drawn by popularity."""
    size = round(share * len(cast.ids))
    others = pick(rng, _prominence(cast), size)
    place = np.cumsum(cast.popularity)[others] - 1 - rng.integers(0, np.maximum(cast.popularity[others], 1))
    by_followers = (rng.random(size) < 0.5) & (cast.popularity[others] > 0)
    doers = np.where(by_followers, cast.followers[np.maximum(place, 0)], rng.integers(0, len(cast.ids), size))
    return _undone(rng, anytime(rng, size, 1, 30), cast.ids[doers], kinds, UNDONE, **{whom: cast.ids[others]})


def absences(rng: np.random.Generator, cast: Cast) -> dict[str, pa.Table]:
    """A few users leave; half of them come back."""
    leaving = some(rng, cast.ids, LEAVING)
    times = anytime(rng, len(leaving), 10, 30)
    return _undone(rng, times, cast.ids[leaving], ("deactivated", "reactivated"), COMING_BACK)


def _undone(
    rng: np.random.Generator, times: Ints, actors: Ints, kinds: tuple[str, str], share: float, **payload: Ints
) -> dict[str, pa.Table]:
    """Events of the first kind, a share of which an event of the second kind takes back."""
    back = some(rng, times, share)
    taken = {name: values[back] for name, values in payload.items()}
    return {
        kinds[0]: table(times, actors, **payload),
        kinds[1]: table(after(rng, times[back], 48), actors[back], **taken),
    }
