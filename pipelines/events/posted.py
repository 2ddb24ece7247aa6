"""`posted`: a user wrote a post, or a reply to one."""

from typing import TYPE_CHECKING

from pipelines.events.contract import IDS, STRING, STRINGS, Changes, Earlier, EventType, Field, a_text, an_id

if TYPE_CHECKING:
    import pyarrow as pa

SHARED = (
    an_id("post_id", "the post"),
    a_text("text", "what the post says", longest=65_536),
    an_id("reply_to_post_id", "the post that this one answers", required=False),
    Field("mentioned_ids", IDS, "the users whom the text mentions", required=False),
)
LANGUAGE = Field("language", STRING, "language of the text", required=False)
LANGUAGES = Field("languages", STRINGS, "languages of the text", required=False)


def _from_1(events: "pa.Table") -> Changes:
    """One language becomes a list of one."""
    import numpy as np
    import pyarrow as pa

    from pipelines.arrays import arrow

    language = events["language"].combine_chunks()
    ends = arrow(np.arange(len(language) + 1, dtype=np.int32), pa.int32())
    return {"languages": pa.ListArray.from_arrays(ends, language, mask=language.is_null())}


EVENT = EventType(
    "posted",
    "The actor wrote a post.",
    (*SHARED, LANGUAGES),
    earlier=(Earlier((*SHARED, LANGUAGE), _from_1),),
)
