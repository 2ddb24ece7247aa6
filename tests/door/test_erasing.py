"""What is left of an event without its personal payload has the hash of a line that says just that."""

import numpy as np
import pytest

from pipelines.door.decoding import decode
from pipelines.door.erasing import NAMES, is_personal, without_payload
from pipelines.events.log import CONTENT_HASH
from tests.landing.lines import line

CLOCK = 1_767_225_600_000_000
MORE = {"reply_to_post_id": 3, "mentioned_ids": [4, 4], "version": 2, "languages": ["de", "en"]}
CASES = [
    ({"event_type": "posted", "post_id": 9, "text": "hello €"}, {"text": ""}),
    ({"event_type": "posted", "post_id": 9, "text": "x" * 70} | MORE, {"text": ""}),
    ({"event_type": "posted", "post_id": 9, "text": "hello", "language": "de"}, {"text": ""}),
    ({"event_type": "post_edited", "post_id": 9, "text": "hello"}, {"text": ""}),
    ({"event_type": "profile_changed", "username": "a", "bio": ""}, {"bio": None, "username": None}),
    ({"event_type": "followed", "followee_id": 8}, {}),
]


def events_of(*lines):
    def refuse(_line, _start, _end, faults):
        raise AssertionError(faults)

    return decode(b"\n".join(lines), CLOCK, refuse).events


@pytest.mark.parametrize(("said", "left"), CASES, ids=str)
def test_what_is_left_is_as_a_line_that_says_just_that(said, left):
    events = events_of(line(**said))
    erased = without_payload(events, is_personal(events))
    gone = {name for name, value in left.items() if value is None}
    one_more = {"bio": "kept"} if gone else {}  # as the contract asks for something that changes
    wanted = events_of(
        line(**{name: value for name, value in (said | left | one_more).items() if name not in gone - one_more.keys()})
    )
    if gone:
        wanted = without_payload(wanted, np.array([True]))
    assert [erased[name].to_pylist() for name in events.schema.names] == [
        wanted[name].to_pylist() for name in events.schema.names
    ]
    assert not is_personal(erased).any()


def test_only_the_chosen_ones_say_nothing_then():
    events = events_of(*(line(f"e-{number}", "posted", post_id=9, text=f"text {number}") for number in range(4)))
    erased = without_payload(events, np.array([False, True, True, False]))
    assert erased["text"].to_pylist() == ["text 0", "", "", "text 3"]
    changed = [
        one != other
        for one, other in zip(events[CONTENT_HASH.name].to_pylist(), erased[CONTENT_HASH.name].to_pylist(), strict=True)
    ]
    assert changed == [False, True, True, False]
    assert NAMES == ("username", "first_name", "last_name", "bio", "text")
