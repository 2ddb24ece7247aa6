"""`unfollowed`: a user stopped following another."""

from pipelines.events import followed
from pipelines.events.contract import EventType

EVENT = EventType("unfollowed", "The actor no longer follows the followee.", followed.EVENT.payload)
