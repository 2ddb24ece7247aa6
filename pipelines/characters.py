"""What people write: how names are compared, and which characters a terminal is shown."""

import re
from unicodedata import normalize

STEERING = re.compile(
    "[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"  # controls, ends of lines and paragraphs, halves of pairs
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # what turns the direction of a text
    "\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0001]"  # deprecated formats, a byte-order mark, annotations
)
"""The characters that steer a terminal, among which are none that join letters and emoji or choose their form."""


SURROGATE = re.compile("[\ud800-\udfff]")


def is_text(given: str) -> bool:
    """Whether there is no half of a surrogate pair, which is what bytes that are no text become in an argument."""
    return SURROGATE.search(given) is None


def folded(name: str) -> str:
    """A name, or the beginning of one, as it is compared: in neither upper nor lower case, and composed."""
    return normalize("NFC", name.upper().casefold())


def printable(text: str) -> str:
    """The text with a space for each character that steers a terminal."""
    return STEERING.sub(" ", text)
