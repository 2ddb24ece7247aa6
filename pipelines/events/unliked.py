"""`unliked`: a user took a like back."""

from pipelines.events.contract import A_POST, EventType

EVENT = EventType("unliked", "The actor took the like back.", A_POST)
