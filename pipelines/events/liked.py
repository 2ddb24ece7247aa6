"""`liked`: a user likes a post."""

from pipelines.events.contract import A_POST, EventType

EVENT = EventType("liked", "The actor likes the post.", A_POST)
