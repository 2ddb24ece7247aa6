"""What tests of lakes on object stores land and compare."""

import json
from dataclasses import replace

from tests.landing.lines import file_of, line

SOON = 20
"""Seconds after which at the latest it is told that a store does not answer, or refuses."""


def small(folder, name="events", users=12):
    """A file of users who follow one another and post."""
    lines = [line(f"{name}-r{n}", "registered", actor_id=n, username=f"{name}{n}") for n in range(1, users)]
    lines += [line(f"{name}-f{n}", actor_id=n, followee_id=n % (users - 1) + 1) for n in range(1, users)]
    lines += [line(f"{name}-p{n}", "posted", actor_id=n % users + 1, post_id=len(name) * 1000 + n) for n in range(40)]
    return file_of(folder / name, *lines)


def rows(commands):
    """Rows and content hash of each table of the last release."""
    last = json.loads(commands.work("releases", "--json"))[-1]
    return {name: (table["rows"], table["content_hash"]) for name, table in last["tables"].items()}


def through(lake, standing):
    """The same lake, by a proxy."""
    return replace(lake, env={**lake.env, "AWS_ENDPOINT_URL": standing.endpoint})
