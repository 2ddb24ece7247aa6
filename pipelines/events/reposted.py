"""`reposted`: a user passed a post on to the own followers."""

from pipelines.events.contract import A_POST, EventType

EVENT = EventType("reposted", "The actor reposted the post.", A_POST)
