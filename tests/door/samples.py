"""Valid events to change a little, and what makes lines of them."""

import json

CLOCK = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z

_NAMES = {"username": "mia", "first_name": "Mia", "last_name": "Öz", "bio": ""}
_POST = {"post_id": 9, "text": 'a "text"\n', "reply_to_post_id": 8, "mentioned_ids": [3, 3]}
_SAMPLES = {
    ("registered", 1): _NAMES,
    ("registered", 2): _NAMES | {"version": 2, "invited_by_id": 4},
    ("profile_changed", 1): {"bio": "now in 東京 🌏"},
    ("followed", 1): {"followee_id": 7},
    ("posted", 1): _POST | {"language": "en"},
    ("posted", 2): _POST | {"version": 2, "languages": ["en", "日本 🌏", "en"]},
    ("reposted", 1): {"post_id": 2**63 - 1},
    ("unliked", 1): {"post_id": 9, "correlation_id": "c 🌏", "causation_id": "e-0"},
}


def event(event_type="followed", **changes):
    """The fields of a valid event, of the version that is given, with some changed; those given as `...` left out."""
    envelope = {"event_id": "e-1", "event_type": event_type, "event_time": "2025-12-31T10:00:00Z", "actor_id": 5}
    payload = _SAMPLES.get((event_type, changes.get("version")), _SAMPLES.get((event_type, 1), {}))
    return {name: value for name, value in (envelope | payload | changes).items() if value is not ...}


def line(event_type="followed", **changes):
    return json.dumps(event(event_type, **changes)).encode()


def samples():
    """Of each kind one, in every version."""
    return [event(name, version=2 if version == 2 else ...) for name, version in _SAMPLES]
