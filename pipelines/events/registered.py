"""`registered`: a user joined the network."""

from pipelines.events.contract import EventType, a_name, a_text

EVENT = EventType(
    "registered",
    "The actor joined the network.",
    (
        a_name("username", "the name by which others mention the user"),
        a_name("first_name", "first name"),
        a_name("last_name", "last name"),
        a_text("bio", "what the user says about himself or herself", required=False),
    ),
)
