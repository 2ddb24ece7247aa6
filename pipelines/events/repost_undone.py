"""`repost_undone`: a user took a repost back."""

from pipelines.events.contract import A_POST, EventType

EVENT = EventType("repost_undone", "The actor took the repost back.", A_POST)
