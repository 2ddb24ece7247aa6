"""`muted`: a user does not want to see what another does, who is not told."""

from pipelines.events.contract import EventType, an_id

EVENT = EventType("muted", "The actor mutes the other user.", (an_id("muted_id", "the user who is muted"),))
