"""What is declared, as rows that `newsfeed describe` and the data dictionary show."""

from typing import Any

from pipelines.cli import show

BY_POLICY = "bounds are those of the default policy"


def columns_of(facts: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """The columns of a table, ready to be shown."""
    return [(c["name"], c["type"], "null" if c["nullable"] else "", c["description"]) for c in facts["columns"]]


def fields_of(fields: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """The fields of a payload, ready to be shown."""
    return [
        (
            field["name"],
            field["type"] + _bounds(field),
            "always" if field["required"] else "or not",
            field["description"],
        )
        for field in fields
    ]


def _bounds(field: dict[str, Any]) -> str:
    """How long a string may be, where that is bounded."""
    if field["type"] != "string" or (field["longest"] is None and field["shortest"] == 0):
        return ""
    if field["longest"] is None:
        return f", at least {show.counted(field['shortest'], 'character')}"
    return f", {field['shortest']}–{field['longest']:,} characters"


def layout_of(facts: dict[str, Any]) -> dict[str, str]:
    """How the rows of a table are told apart and laid out, and what they are made of."""
    layout = {"key": ", ".join(facts["key"])}
    if "order" in facts:
        layout["order"] = ", ".join(facts["order"])
        layout["bucket"] = f"by {facts['bucket_by']}" if facts["bucket_by"] else "one for all"
        layout["made of"] = ", ".join(facts["made_of"])
    return layout
