"""`unblocked`: a user took a block back."""

from pipelines.events import blocked
from pipelines.events.contract import EventType

EVENT = EventType("unblocked", "The actor no longer blocks the other user.", blocked.EVENT.payload)
