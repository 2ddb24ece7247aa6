"""Relations: facts folded from the events. A new one is one file and its name in RELATIONS, after what it reads."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.projections import AnyProjection

RELATIONS = (
    "users",
    "active_days",
    "deactivations",
    "follows",
    "blocks",
    "mutes",
    "hides",
    "posts",
    "amendments",
    "reposts",
    "likes",
    "timelines",
)


def load_relations() -> "dict[str, AnyProjection]":
    """The relations by name, in an order in which each comes after what it reads."""
    return {name: import_module(f"pipelines.relations.{name}").RELATION for name in RELATIONS}
