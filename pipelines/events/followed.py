"""`followed`: a user started to follow another."""

from pipelines.events.contract import EventType, an_id

EVENT = EventType("followed", "The actor follows the followee.", (an_id("followee_id", "the user who is followed"),))
