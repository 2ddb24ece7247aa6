"""The tables of a release in PostgreSQL: of which view each is, its columns, and what holds of every release."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.reading.reader import literal
from pipelines.stores.base import PAGED
from pipelines.tables import Column, Table
from pipelines.views import load_view

TYPES = {
    "bigint": "bigint",
    "int": "integer",
    "string": 'text COLLATE "C"',
    "boolean": "boolean",
    "timestamp": "timestamptz",
    "array<string>": 'text[] COLLATE "C"',
}
"""Texts are compared by code points, as everywhere here."""
POSITION = "position"
"""The column that is a rank, which is not kept: rows are numbered as they are read."""
SERVED = """\
CREATE TABLE {schema}.served (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    format text NOT NULL, lake text NOT NULL, release bigint NOT NULL, views json NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now()
)"""
"""Which release is served; the other tables are those of its views."""


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def listed(names: Sequence[str]) -> str:
    """Names as SQL lists them."""
    return ", ".join(quoted(name) for name in names)


@dataclass(frozen=True)
class Kept:
    """How a view is kept: the table, names of its columns that differ from the view's, and by what rows are known.

    `refers`: columns whose values are keys of other tables in every release. `indexes` serve the reading of pages, and
    the deletion of rows that others refer to.
    """

    view: str
    key: tuple[str, ...]
    refers: tuple[tuple[str, str], ...] = ()
    indexes: tuple[str, ...] = ()
    table: str = ""
    names: dict[str, str] = field(default_factory=dict)

    @property
    def declared(self) -> Table:
        """What the view declares."""
        return load_view(self.view).table

    @property
    def columns(self) -> tuple[Column, ...]:
        """The view's columns that are kept."""
        return tuple(column for column in self.declared.columns if column.name != POSITION)

    @property
    def kept_names(self) -> tuple[str, ...]:
        """The names of the table's columns."""
        return tuple(self.names.get(column.name, column.name) for column in self.columns)

    @property
    def owner(self) -> str:
        """The table's column that says whose the rows are."""
        name = str(self.declared.bucket_by)
        return self.names.get(name, name)

    def place(self, schema: str) -> str:
        """The table, as SQL writes it."""
        return f"{quoted(schema)}.{quoted(self.table or self.view)}"

    def creation(self, schema: str) -> list[str]:
        """The statements that make the table, without what is quicker to add when it has rows."""
        lines = [
            f"{quoted(name)} {TYPES[column.type]}{'' if column.nullable else ' NOT NULL'}"
            for name, column in zip(self.kept_names, self.columns, strict=True)
        ]
        said = [
            f"COMMENT ON COLUMN {self.place(schema)}.{quoted(name)} IS {literal(column.description)}"
            for name, column in zip(self.kept_names, self.columns, strict=True)
        ]
        return [f"CREATE TABLE {self.place(schema)} ({', '.join(lines)})", *said]

    def completion(self, schema: str) -> list[str]:
        """The statements that add the table's key, indexes, and what it refers to, once all tables have rows."""
        place = self.place(schema)
        return [
            f"CREATE UNIQUE INDEX ON {place} ({listed(self.key)}) NULLS NOT DISTINCT"
            if any(column.nullable for column in self.columns if column.name in self.key)
            else f"ALTER TABLE {place} ADD PRIMARY KEY ({listed(self.key)})",
            *(f"CREATE INDEX ON {place} ({columns})" for columns in self.indexes),
        ]

    def references(self, schema: str) -> list[str]:
        """The statements that add what the table refers to; checked when a transaction ends."""
        return [
            f"ALTER TABLE {self.place(schema)} ADD FOREIGN KEY ({quoted(column)})"
            f" REFERENCES {quoted(schema)}.{quoted(other)} DEFERRABLE INITIALLY DEFERRED"
            for column, other in self.refers
        ]


KEPT = (
    Kept("profile", ("user_id",)),
    Kept("posts", ("post_id",), (("author_id", "profile"),), ("author_id, posted_at DESC", "reply_to_post_id")),
    Kept("post_stats", ("post_id",), (("post_id", "posts"),)),
    Kept(
        "followees",
        ("follower_id", "followee_id"),
        (("follower_id", "profile"),),
        ("followee_id, follower_id",),
        "follows",
        {"user_id": "follower_id"},
    ),
    Kept(
        "user_timeline",
        ("author_id", "post_id", "kind"),
        (("author_id", "profile"), ("post_id", "posts")),
        ("author_id, entered_at DESC, post_id DESC, kind", "post_id"),
    ),
    Kept(
        "notifications",
        ("user_id", "kind", "actor_id", "post_id"),
        (("actor_id", "profile"), ("post_id", "posts")),
        ("actor_id", "post_id"),
    ),
    Kept("user_directory", ("term", "user_id", "field"), (("user_id", "profile"),), ("user_id",)),
)
"""A follow is kept once, as who follows tells it."""
FOLLOWS = (
    "CREATE VIEW {schema}.followees AS SELECT follower_id AS user_id, followee_id, since FROM {schema}.follows",
    "CREATE VIEW {schema}.followers AS SELECT followee_id AS user_id, follower_id, since FROM {schema}.follows",
)
"""From both ends they are seen."""
TOLD_BY_OTHERS = {"followers"}
"""Views of which nothing is written: what other views keep has their rows."""
VIEWS = (*(one.view for one in KEPT), *TOLD_BY_OTHERS)


def creation(schema: str) -> list[str]:
    """The statements that make all tables, without rows."""
    follows = [statement.format(schema=quoted(schema)) for statement in (SERVED, *FOLLOWS)]
    return [*(statement for one in KEPT for statement in one.creation(schema)), *follows]


def completion(schema: str) -> list[str]:
    """The statements that add keys, indexes and references, once there are rows."""
    added = [statement for one in KEPT for statement in one.completion(schema)]
    return [*added, *(statement for one in KEPT for statement in one.references(schema))]


def format_of() -> str:
    """By which tables of other versions of this program are known."""
    told = "\n".join([*creation(""), *completion("")])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def order_of(view: str) -> tuple[str, ...]:
    """By which columns the rows of an owner are ordered, `-` meaning descending."""
    declared = load_view(view).table
    return PAGED.get(view) or tuple(name for name in declared.order if name != declared.bucket_by)
