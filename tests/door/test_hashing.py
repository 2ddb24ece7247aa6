import numpy as np
import pytest

from pipelines.door.hashing import hash_bytes, seed_of
from pipelines.door.strict import strict
from tests.door.reading import decode, events_of
from tests.door.samples import CLOCK, line, samples
from tests.door.twin import content_hash, murmur64a

FROZEN = {
    "registered": -3_241_747_818_749_720_493,
    "profile_changed": -2_517_312_419_553_435_139,
    "followed": 7_140_101_351_320_427_959,
    "posted": -3_517_529_798_876_488_378,
    "reposted": 4_988_987_794_986_574_338,
    "unliked": 5_002_445_189_744_869_615,
}


def hash_of(*lines):
    return events_of(decode(b"\n".join(lines), CLOCK))[1]


@pytest.mark.parametrize("event_type", FROZEN)
def test_hashes_never_change(event_type):
    assert hash_of(line(event_type)) == [FROZEN[event_type]]


def test_hashes_of_second_versions_never_change():
    lines = [line("registered", version=2), line("posted", version=2)]
    assert hash_of(*lines) == [6_462_175_527_948_219_506, -4_383_111_568_896_293_067]


def test_seeds_never_change():
    assert seed_of("event_id") == 0x604A7BC9DC1A1A99


def test_the_compiled_hash_is_the_described_one():
    lines = [line(**sample) for sample in samples()]
    assert hash_of(*lines) == [content_hash(strict(one, CLOCK)) for one in lines]


@pytest.mark.parametrize("length", range(26))
def test_bytes_are_hashed_by_murmur64a_wherever_they_stand(length):
    text = bytes(range(200, 200 + length))
    for before in (b"", b"seven..", b"far more than eight"):
        data = np.frombuffer(before + text + b"|", np.uint8).copy()
        assert hash_bytes(data, len(before), len(before) + length, np.uint64(5)) == murmur64a(text, 5)


def test_spelling_does_not_matter():
    same = [
        line("posted", text="é", language=...),
        line("posted", text="é", language=None, version=1).replace(b" ", b""),
        line("posted", text="é", language=...).replace(b"\\u00e9", "é".encode()),
        line("posted", text="é", language=..., languages=[]),
        line("posted", text="é", language=..., event_time="2025-12-31T12:30:00.0000009+02:30"),
    ]
    assert len(set(hash_of(*same))) == 1


@pytest.mark.parametrize("none", [..., None, []], ids=str)
@pytest.mark.parametrize(("field", "version"), [("mentioned_ids", 1), ("mentioned_ids", 2), ("languages", 2)])
def test_an_empty_list_is_as_none(field, version, none):
    assert hash_of(line("posted", version=version, **{field: none})) == hash_of(
        line("posted", version=version, **{field: ...})
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "b"},
        {"text": ""},
        {"language": ...},
        {"mentioned_ids": [3]},
        {"mentioned_ids": ...},
        {"post_id": 8, "reply_to_post_id": 9},
        {"event_time": "2025-12-31T10:00:00.000001Z"},
        {"event_id": "e-2"},
    ],
)
def test_every_field_matters(changes):
    assert len(set(hash_of(line("posted"), line("posted", **changes)))) == 2


@pytest.mark.parametrize("languages", [["b", "a"], ["a"], ["ab"], ["a", "b", "b"], ["a", "B"], ...], ids=str)
def test_the_strings_of_a_list_and_their_order_matter(languages):
    lists = (["a", "b"], languages)
    assert len(set(hash_of(*(line("posted", version=2, languages=one) for one in lists)))) == 2


def test_the_order_of_ids_matters():
    assert len(set(hash_of(line("posted", mentioned_ids=[1, 2]), line("posted", mentioned_ids=[2, 1])))) == 2
