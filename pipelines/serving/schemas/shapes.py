"""Schemas of values, of objects that have all that they name, and of rows of views as their tables declare them."""

from typing import Any

from pipelines.storage.ids import ID as NAME_OF_ID
from pipelines.tables import Column
from pipelines.views import load_view

Schema = dict[str, Any]

ID: Schema = {"type": ["integer", "string"], "format": "int64", "minimum": 1, "pattern": "^[1-9][0-9]*$"}
"""An id, which is a string where `ids=strings` asks for that."""
NUMBER: Schema = {"type": "integer", "format": "int64"}
COUNT: Schema = NUMBER | {"minimum": 0}
FLAG: Schema = {"type": "boolean"}
TEXT: Schema = {"type": "string"}
TIME: Schema = {"type": "string", "format": "date-time"}
BY_TYPE = {
    "bigint": NUMBER,
    "int": {"type": "integer", "format": "int32"},
    "string": TEXT,
    "boolean": FLAG,
    "timestamp": TIME,
    "array<string>": {"type": "array", "items": TEXT},
}


def record(**properties: Schema) -> Schema:
    """An object that has all these."""
    return {"type": "object", "required": list(properties), "properties": properties}


def mapping(values: Schema) -> Schema:
    """An object of any names."""
    return {"type": "object", "additionalProperties": values}


def many(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def one_of(*words: str) -> Schema:
    """One of some words."""
    return {"type": "string", "enum": list(words)}


def ref(name: str) -> Schema:
    """What stands under a name among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return schema | {"type": [*kinds, "null"]}


def row(view: str, *only: str, **more: Schema) -> Schema:
    """A row of a view, all columns when none are named, with what is told beside them."""
    columns = load_view(view).table.columns
    return record(**{one.name: _column(one) for one in columns if not only or one.name in only} | more)


def _column(column: Column) -> Schema:
    schema = ID if NAME_OF_ID.search(column.name) else BY_TYPE[column.type]
    return (maybe(schema) if column.nullable else schema) | {"description": column.description}
