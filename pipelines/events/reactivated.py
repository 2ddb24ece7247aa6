"""`reactivated`: a user opened the own account again."""

from pipelines.events.contract import EventType

EVENT = EventType("reactivated", "The actor reactivated the own account.")
