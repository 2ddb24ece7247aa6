"""Names and texts that look like what people write: several scripts, quotes, line breaks."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipelines.producing.drawing import Ints

Bools: TypeAlias = NDArray[np.bool_]

PHRASES: Final = 4096
LANGUAGE_UNTOLD: Final = 0.2
NO_BIO: Final = 0.5
VOCABULARY: Final = {
    "en": (
        "the a this my your morning coffee train city river people work code music book game night"
        " never always maybe really just finally again still about with without between under over"
        " think know want see hear read wrote built found lost made love need good great slow quick"
        " new old little weather winter summer garden kitchen window question answer story reason"
    ),
    "de": "über für schön Straße größer können müssen heute morgen wieder Brücke Übung Tür nicht und",
    "fr": "être déjà café où là élève français garçon même bientôt très forêt hôtel une pour avec",
    "es": "mañana niño corazón también está aquí después canción señor años día país pero como más",
    "ru": "сегодня завтра очень хорошо город музыка книга время человек почему никогда снова дом",
    "ja": "今日は とても 良い 天気 です 東京 電車 本を 読む 音楽 明日 また 会い ましょう ありがとう",
    "emoji": "🎉 🚀 ❤️ 😂 great so 👍🏽 happy ☕ today 🌍 everyone 🐈 look at this 🔥 wow",
}
SHARES: Final = (0.70, 0.07, 0.05, 0.06, 0.04, 0.04, 0.04)
SEPARATORS: Final = (" ", ". ", "\n", ' "', '" ', "\t", " \\ ")
SEPARATOR_SHARES: Final = (0.6, 0.31, 0.04, 0.02, 0.02, 0.005, 0.005)
FIRST: Final = "Ada Björn Chloé Dmitri Elena Fatima Grace Hiro Ines João Kofi Lena Mia Noor Olu Zoë"
LAST: Final = "Abe Baker Costa Dupont Eriksen Fischer García Hansen Ito Jones Kim Lopez O'Neill Núñez"


def texts(rng: np.random.Generator, size: int, pool: pa.Array = None) -> tuple[pa.Array, pa.Array]:
    """So many texts, most of 20 to 160 characters, and the language of each, which four in five tell.

    They are made of a pool of `phrases`, drawn anew where none is given.
    """
    languages = rng.choice(len(VOCABULARY), size, p=SHARES)
    pool = phrases(rng) if pool is None else pool
    count = rng.choice([1, 2, 3, 4, 5], size, p=[0.3, 0.27, 0.2, 0.13, 0.1])
    parts = [_part(rng, pool, languages, count > place) for place in range(5)]
    separators = _drawn(rng, SEPARATORS, size, SEPARATOR_SHARES)
    joined = pc.binary_join_element_wise(*parts, separators, null_handling="skip")
    names = pa.array([language if language != "emoji" else "en" for language in VOCABULARY])
    told = pa.array(languages, mask=rng.random(size) < LANGUAGE_UNTOLD)
    return joined, names.take(told)


def people(rng: np.random.Generator, size: int) -> dict[str, pa.Array]:
    """Username, first and last name of so many users, and the bio of every other one."""
    first, last = _drawn(rng, FIRST.split(), size), _drawn(rng, LAST.split(), size)
    numbers = pa.array(np.arange(size)).cast(pa.string())
    return {
        "username": pc.binary_join_element_wise(pc.utf8_lower(first), numbers, "_"),
        "first_name": first,
        "last_name": last,
        "bio": masked(texts(rng, size)[0], rng.random(size) < NO_BIO),
    }


def masked(values: pa.Array, absent: Bools) -> pa.Array:
    """The values, null where absent."""
    return pc.if_else(pa.array(absent), pa.scalar(None, values.type), values)


def phrases(rng: np.random.Generator, size: int = PHRASES) -> pa.Array:
    """A pool of phrases, so many of each language, one language after the other."""
    return pa.array(
        [
            ("" if language == "ja" else " ").join(rng.choice(words.split(), rng.integers(4, 8)))
            for language, words in VOCABULARY.items()
            for _ in range(size)
        ]
    )


def _part(rng: np.random.Generator, pool: pa.Array, languages: Ints, present: Bools) -> pa.Array:
    """One phrase for each text, null where the text has no such part."""
    size = len(pool) // len(VOCABULARY)
    chosen = languages * size + rng.integers(0, size, len(languages))
    return pool.take(pa.array(chosen, mask=~present))


def _drawn(
    rng: np.random.Generator, values: Sequence[str], size: int, shares: Sequence[float] | None = None
) -> pa.Array:
    """So many of these values, each with its share."""
    return pa.array(values).take(pa.array(rng.choice(len(values), size, p=shares)))
