"""The policy of a newsfeed, stored with each release."""

from dataclasses import asdict, dataclass
from typing import Any

REPLIES = ("followed", "all", "none")


@dataclass(frozen=True)
class Policy:
    """How long a newsfeed may be, whether it shows the reader's own posts, and which replies of followees it shows."""

    cap: int = 800
    own_posts: bool = True
    replies: str = "followed"

    def __post_init__(self) -> None:
        if self.cap < 1:
            raise ValueError(f"cap: expected at least 1, found {self.cap}")
        if self.replies not in REPLIES:
            raise ValueError(f"replies: expected one of {', '.join(REPLIES)}, found {self.replies!r}")

    def as_dict(self) -> dict[str, Any]:
        """The policy as a release keeps it."""
        return asdict(self)

    def difference(self, before: "Policy") -> str:
        """What changed since another policy, such as `cap 800 → 200`."""
        told, now = before.as_dict(), self.as_dict()
        return ", ".join(f"{name} {told[name]} → {now[name]}" for name in now if now[name] != told[name])
