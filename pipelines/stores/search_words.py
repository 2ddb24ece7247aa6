"""Words: what a text is found by, in any script, and what is looked for.

Case is folded as names are. Words are letters, marks and numbers in a row; in scripts that put no spaces between words
they are each character and each two neighbours, and of what is looked for, where there are several, just the latter.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain, pairwise
from typing import NamedTuple
from unicodedata import category

from pipelines.characters import folded

LONGEST = 64
"""The most characters of a word that count."""
MOST = 8
"""The most words that are looked for; what stands behind them is not."""
SHORTEST_OF_TYPOS = 3
"""The fewest characters of a word that may be meant by another one."""
SPACELESS = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Hiragana, Katakana, of any width
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_ASCII = re.compile("[a-z0-9]+")
_PLANES, _VARIANTS = range(0x20000), range(0xE0000, 0xE0200)
"""Where in Unicode there are marks."""
_SPACELESS = re.compile(f"([{SPACELESS}]+)")


class Wanted(NamedTuple):
    """A word that is looked for, and whether it may be a beginning, or have a typo."""

    word: str
    is_whole: bool

    @property
    def may_differ(self) -> bool:
        """Whether another word may be meant."""
        return not self.is_whole and len(self.word) >= SHORTEST_OF_TYPOS


def words(text: str) -> list[str]:
    """The words that a text is found by."""
    found = list[str]()
    for run, is_spaceless in _runs(text):
        if is_spaceless:
            found += run
            found += map("".join, pairwise(run))
        else:
            found.append(run[:LONGEST])
    return found


def wanted(text: str) -> list[Wanted]:
    """The words that are looked for, each once."""
    found: dict[Wanted, None] = {}
    for run, is_spaceless in _runs(text):
        pairs = [run] if len(run) == 1 or not is_spaceless else map("".join, pairwise(run))
        found |= dict.fromkeys(Wanted(word[:LONGEST], is_spaceless) for word in pairs)
        if len(found) >= MOST:
            break
    return list(found)[:MOST]


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a text, in neither upper nor lower case, and whether they are of a script without spaces."""
    text = folded(text).replace("_", " ")
    if text.isascii():
        return ((part, False) for part in _ASCII.findall(text))
    parts = _parts().findall(text)
    return ((run, bool(number % 2)) for part in parts for number, run in enumerate(_SPACELESS.split(part)) if run)


@cache
def _parts() -> re.Pattern[str]:
    """Letters, marks and numbers in a row."""
    marks = "".join(chr(point) for point in chain(_PLANES, _VARIANTS) if category(chr(point))[0] == "M")
    return re.compile(rf"[\w{marks}]+")
