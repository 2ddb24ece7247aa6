"""`unmuted`: a user took a mute back."""

from pipelines.events import muted
from pipelines.events.contract import EventType

EVENT = EventType("unmuted", "The actor no longer mutes the other user.", muted.EVENT.payload)
