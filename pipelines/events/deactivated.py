"""`deactivated`: a user closed the account, for the time being."""

from pipelines.events.contract import EventType

EVENT = EventType("deactivated", "The actor deactivated the own account.")
