"""`profile_changed`: a user gave new names or a new bio; what is absent stays as it was."""

from dataclasses import replace

from pipelines.events import registered
from pipelines.events.contract import EventType

EVENT = EventType(
    "profile_changed",
    "The actor gave new names or a new bio.",
    tuple(replace(field, required=False) for field in registered.NAMES),
    at_least_one=True,
)
