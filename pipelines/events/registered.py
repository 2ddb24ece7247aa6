"""`registered`: a user joined the network."""

from pipelines.events.contract import Earlier, EventType, a_name, a_text, an_id

NAMES = (
    a_name("username", "the name by which others mention the user"),
    a_name("first_name", "first name"),
    a_name("last_name", "last name"),
    a_text("bio", "what the user says about himself or herself", required=False),
)

EVENT = EventType(
    "registered",
    "The actor joined the network.",
    (*NAMES, an_id("invited_by_id", "the user who invited the actor", required=False)),
    earlier=(Earlier(NAMES),),
)
