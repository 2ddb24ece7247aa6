"""Words: what facts are called on a page."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from pipelines.past.words import CAUSES, MISSING, REASONS

NOTICES = {
    "followed": "follows you",
    "liked": "liked your post",
    "mentioned": "mentioned you",
    "replied": "replied to you",
    "reposted": "reposted your post",
}
SENTENCES = {"reason": REASONS, "missing": MISSING, "cause": CAUSES}


def sentence(said: Mapping[str, Any], kind: str, who: Markup) -> Markup:
    """A reason or a cause of an explanation in words, said to the reader; `who` is whom it names."""
    words = SENTENCES[kind].get(str(said["what" if kind == "cause" else "kind"]), "")
    return escape(words).format(who=who)
