"""The data dictionary: all that is declared, as one page of Markdown."""

from collections.abc import Iterable, Sequence
from typing import Any

from pipelines.cli.declared import BY_POLICY, columns_of, fields_of, layout_of
from pipelines.reading import describing

TITLE = """\
# Data dictionary

All views, event types and the log, as the code declares them. `make docs` writes this page; \
`newsfeed describe NAME` shows one entry.
"""
VIEWS = f"""\
## Views

What is served. The rows of a bucket are one data file, sorted by the order (`-` means descending). \
Every check is made of every row before a release; {BY_POLICY}. \
What a view is made of are [relations](#relations), or `events`: the log in its newest versions.
"""
EVENT_TYPES = """\
## Event types

One event is one JSON object: the fields of every event, and those of its type and version beside them. \
Ids are above 0. A version that is not given is 1; older versions are brought to the newest on reading.

### Every event
"""
TABLES = """\
## The log and the quarantine
"""
RELATIONS = """\
## Relations

Facts folded from the events, of which the views are made.
"""


def dictionary() -> str:
    """The page."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for facts in describing.everything():
        by_kind.setdefault(facts["kind"], []).append(facts)
    parts = [TITLE, VIEWS, *map(_table, by_kind["view"])]
    parts += [EVENT_TYPES, _fields(describing.envelope()), *map(_event_type, by_kind["event type"])]
    parts += [TABLES, *map(_table, by_kind["table"])]
    parts += [RELATIONS, _relations(describing.relations())]
    return "\n".join(parts)


def _table(facts: dict[str, Any]) -> str:
    parts = [f"### {facts['name']}\n\n{facts['description']}\n", _columns(facts), _layout(facts)]
    if "invariants" in facts:
        parts.append("Checked:\n\n" + "".join(f"- {name}\n" for name in facts["invariants"]))
    return "\n".join(parts)


def _layout(facts: dict[str, Any]) -> str:
    told = dict(layout_of(facts))
    if "version" in facts:
        told["version"] = str(facts["version"])
    return " · ".join(f"{what}: {value}" for what, value in told.items()) + "\n"


def _event_type(facts: dict[str, Any]) -> str:
    parts = [f"### {facts['name']}\n\n{facts['description']}\n"]
    for number, fields in facts["payloads"].items():
        parts.append(f"Version {number}{':' if fields else ' has no fields of its own.'}\n")
        parts += [_fields(fields)] if fields else []
    if facts["at_least_one"]:
        parts.append("At least one of the optional fields is given.\n")
    return "\n".join(parts)


def _columns(facts: dict[str, Any]) -> str:
    return _grid(("column", "type", "null", "meaning"), columns_of(facts))


def _fields(fields: list[dict[str, Any]]) -> str:
    return _grid(("field", "type", "given", "meaning"), fields_of(fields))


def _relations(relations: list[dict[str, Any]]) -> str:
    rows = [(one["name"], one["description"], ", ".join(one["made_of"])) for one in relations]
    return _grid(("relation", "meaning", "made of"), rows)


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(_plain, line))} |\n" for line in lines)


def _plain(cell: str) -> str:
    """A cell in which Markdown sees no column and no tag."""
    return cell.replace("|", "\\|").replace("<", "&lt;")
