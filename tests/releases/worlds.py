"""A small network that touches every table, and what a lake serves, read without the pipeline."""

import json

from deltalake import DeltaTable

from tests.landing.lines import line, rows_of

RELATIONS = "users active_days deactivations follows blocks mutes hides posts amendments reposts likes timelines"
SERVED = (
    "newsfeed user_timeline profile followers followees posts post_stats notifications user_directory daily_activity"
)
VIEWS = [f"views/{name}" for name in SERVED.split()]
TABLES = [*(f"relations/{name}" for name in RELATIONS.split()), *VIEWS]


def deeds(day, *numbers):
    """What five users do on one day, some of it with each number: all of it changes every table but `amendments`."""
    return [deed for number in numbers for deed in _deeds(f"2025-12-{day}T10:{number:02}:00Z", number)]


def _deeds(time, number):
    actor, other = 1 + number % 5, 1 + (number + 1) % 5
    names = {"username": f"u{number}", "first_name": "A", "last_name": "B"}
    given = [
        ("registered", actor, names),
        ("followed", actor, {"followee_id": other}),
        ("posted", actor, {"post_id": 100 + number, "text": f"post {number}"}),
        ("liked", other, {"post_id": 100 + number}),
        ("reposted", other, {"post_id": 100 + number}),
        ("muted", actor, {"muted_id": 50 + number}),
        ("blocked", actor, {"blocked_id": 70 + number}),
        ("deactivated", 90 + number, {}),
    ]
    return [line(f"{kind}-{number}", kind, event_time=time, actor_id=who, **payload) for kind, who, payload in given]


def tables(lake, number=-1):
    """What a release's record says of its tables; the last one's when not told otherwise."""
    records = rows_of(lake.releases, "release")
    return json.loads(records[number]["tables"])


def contents(lake, number=-1):
    """Rows and content hash of each table of a release."""
    return {name: (one["rows"], one["content_hash"]) for name, one in tables(lake, number).items()}


def served(lake, number=-1):
    """The rows of each view of a release, at the version that its record names."""
    found, made = {}, tables(lake, number)
    for name in VIEWS:
        rows = DeltaTable(f"{lake.root}/{name}", version=made[name]["version"]).to_pyarrow_table().to_pylist()
        found[name] = sorted(map(repr, rows))
    return found


def releases(lake):
    return [row["release"] for row in rows_of(lake.releases, "release")]


def newest(lake):
    """The newest version of each table, released or not."""
    return {name: DeltaTable(f"{lake.root}/{name}").version() for name in TABLES}


def files(lake, name, version=None):
    return set(DeltaTable(f"{lake.root}/{name}", version=version).file_uris())


def require_restored(lake):
    """Every table has exactly the files of the version that the last record names."""
    for name, one in tables(lake).items():
        assert files(lake, name) == files(lake, name, one["version"]), name
