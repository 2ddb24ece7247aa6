"""`post_deleted`: an author took a post away, for ever."""

from pipelines.events.contract import A_POST, EventType

EVENT = EventType("post_deleted", "The actor deleted the own post.", A_POST)
