"""`posted`: a user wrote a post, or a reply to one."""

from pipelines.events.contract import IDS, EventType, Field, a_text, an_id

EVENT = EventType(
    "posted",
    "The actor wrote a post.",
    (
        an_id("post_id", "the post"),
        a_text("text", "what the post says", longest=65_536),
        Field("language", "string", "language of the text", required=False),
        an_id("reply_to_post_id", "the post that this one answers", required=False),
        Field("mentioned_ids", IDS, "the users whom the text mentions", required=False),
    ),
)
