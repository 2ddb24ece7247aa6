"""The sizes of the networks that are measured."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Scale:
    """How many of each a network has; `deliveries` is the sum over posts of the author's followers.

    `core` leaves out blocks, mutes, edits, mentions and deactivations.
    """

    name: str
    users: int
    follows: int
    posts: int
    likes: int
    reposts: int
    deliveries: int
    core: bool = False


def _times(name: str, factor: float, deliveries: int = 30_000_000) -> Scale:
    """The scale with the counts of S times a factor."""
    users, follows, posts, likes, reposts, delivered = (
        round(count * factor) for count in (100_000, 3_000_000, 1_000_000, 2_000_000, 200_000, deliveries)
    )
    return Scale(name, users, follows, posts, likes, reposts, delivered)


SCALES = {
    scale.name: scale
    for scale in (
        _times("XS", 1 / 20),
        _times("S", 1),
        replace(_times("S-core", 1), core=True),
        _times("S-heavy", 1, deliveries=250_000_000),
        _times("M", 3),
        _times("L", 10),
    )
}
