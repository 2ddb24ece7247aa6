"""Valid events to change a little, and what makes lines of them."""

import json

CLOCK = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z

_SAMPLES = {
    "registered": {"username": "mia", "first_name": "Mia", "last_name": "Öz", "bio": ""},
    "profile_changed": {"bio": "now in 東京 🌏"},
    "followed": {"followee_id": 7},
    "posted": {"post_id": 9, "text": 'a "text"\n', "language": "en", "reply_to_post_id": 8, "mentioned_ids": [3, 3]},
    "reposted": {"post_id": 2**63 - 1},
}


def event(event_type="followed", **changes):
    """The fields of a valid event with some changed; those given as `...` are left out."""
    envelope = {"event_id": "e-1", "event_type": event_type, "event_time": "2025-12-31T10:00:00Z", "actor_id": 5}
    fields = envelope | _SAMPLES.get(event_type, {}) | changes
    return {name: value for name, value in fields.items() if value is not ...}


def line(event_type="followed", **changes):
    return json.dumps(event(event_type, **changes)).encode()


def samples():
    return [event(name) for name in _SAMPLES]
