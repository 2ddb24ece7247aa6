"""Searching people by what their names begin with: a range of the view `user_directory`, which is sorted."""

from typing import Any

from pipelines.characters import folded, is_text
from pipelines.errors import UsageError
from pipelines.reading.reader import Reader, literal, people

LAST = "\U0010ffff"
SURROGATES = range(0xD800, 0xE000)


def find(reader: Reader, prefix: str, limit: int) -> list[dict[str, Any]]:
    """The active users of whom a name begins with the prefix, by that name; a prefix `@…` is of usernames only.

    Raises UsageError for a prefix that is empty or not text.
    """
    name = prefix.removeprefix("@")
    if not name or not is_text(name):
        raise UsageError(f"PREFIX: expected the beginning of a name, found {prefix!r}")
    usernames = "field = 'username' AND " if name != prefix else ""
    found = reader.rows(
        "SELECT user_id, min(term) AS term, array_agg(field ORDER BY field) AS matched FROM user_directory "  # noqa: S608
        f"WHERE {usernames}{range_of(folded(name))} GROUP BY user_id ORDER BY term, user_id LIMIT {limit}",
        "user_directory",
    )
    known = people(reader, {row["user_id"] for row in found}, "followers")
    return [{**known[row["user_id"]], "matched": row["matched"]} for row in found]


def behind(prefix: str) -> str | None:
    """The least text behind all that begin with the prefix, by code points; None when there is none."""
    begin = prefix.rstrip(LAST)
    if not begin:
        return None
    following = ord(begin[-1]) + 1
    return begin[:-1] + chr(SURROGATES.stop if following in SURROGATES else following)


def range_of(prefix: str) -> str:
    """The terms that begin with the prefix as a condition from which whole parts of files are skipped."""
    end = behind(prefix)
    return f"(term >= {literal(prefix)}" + (")" if end is None else f" AND term < {literal(end)})")
