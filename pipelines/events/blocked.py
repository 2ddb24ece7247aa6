"""`blocked`: a user wants nothing to do with another; neither is shown what the other does."""

from pipelines.events.contract import EventType, an_id

EVENT = EventType("blocked", "The actor blocks the other user.", (an_id("blocked_id", "the user who is blocked"),))
