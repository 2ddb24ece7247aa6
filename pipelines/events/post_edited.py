"""`post_edited`: an author gave a post another text."""

from pipelines.events import posted
from pipelines.events.contract import A_POST, EventType

TEXT = next(field for field in posted.EVENT.payload if field.name == "text")

EVENT = EventType("post_edited", "The actor gave the own post another text.", (*A_POST, TEXT))
