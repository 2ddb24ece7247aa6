"""What is written to an index beside the one that is served, in commits each of which stays."""

from typing import Any

from pipelines.characters import folded
from pipelines.clock import micros
from pipelines.stores.about import About
from pipelines.stores.accounts import Accounts
from pipelines.stores.base import Change, Row, Stored
from pipelines.stores.packing import Layout
from pipelines.stores.progress import Progress
from pipelines.stores.search_index import ABOUT, HALF, Served, document, each, key_of, rows_of
from pipelines.stores.search_words import LONGEST, words
from pipelines.views import load_view

NAMES = ("username", "first_name", "last_name")
MOST_NAMED = LONGEST * len(NAMES)
LOW = (1 << 32) - 1
PORTION = 100_000
"""After so many documents what was written is made durable."""


class Writer:
    """Writes the changes of one publish; `before` has what there was, None where nothing of it stays."""

    def __init__(self, url: str, stored: Stored, before: Served | None, plan: str, half: bytes | None) -> None:
        self._url, self._before = url, before
        self._about = About(stored, {view: Layout.of(load_view(view).table) for view in stored.views})
        self._progress = Progress(plan, self._about)
        found = self._progress.of_bytes(half)
        self.goes_on = found is not None
        self.done, contents = found or (0, {} if before is None else before.about.stored.views)
        self._accounts = Accounts(contents)
        self._writer: Any = None
        self._added = 0

    def into(self, writer: Any) -> None:
        """Write there."""
        self._writer = writer

    def write(self, change: Change) -> None:
        """Put the documents of owners in the place of what there was of them."""
        view, owners = change.view, change.owners.tolist()
        rows = self._about.layouts[view].rows
        if self._before is not None and view in self._before.about.layouts:
            self._take_away(change, self._before)
        values = list(map(bytes, rows.pack(change.owners, change.rows)))
        self._accounts.came(view, rows.unpack(change.owners, values))
        for owner, value in zip(owners, values, strict=True):
            for one in each(value) if value else ():
                found_by = FOUND_BY[view](rows.read(owner, one)[0])
                self._writer.add_document(document(key_of(view, owner), one, owner, **found_by))
        self.done += 1
        self._added += change.rows.num_rows
        if self._added >= PORTION:
            self._commit()

    def finish(self) -> None:
        """Commit what will be served. Raises DifferError unless what was written is what the release has."""
        self._accounts.require(self._url, self._about.stored)
        self._replace(ABOUT, self._about.as_bytes())
        self._commit()

    def _commit(self) -> None:
        """Make what was written stay, and say how much that is."""
        self._replace(HALF, self._progress.as_bytes(self.done, self._accounts.found))
        self._writer.commit()
        self._added = 0

    def _replace(self, key: str, value: bytes) -> None:
        self._writer.delete_documents_by_term("key", key)
        self._writer.add_document(document(key, value))

    def _take_away(self, change: Change, before: Served) -> None:
        """Take away what there was of owners."""
        keys = [key_of(change.view, owner) for owner in change.owners.tolist()]
        found = rows_of(before.searcher, keys)
        values = [found.get(owner, b"") for owner in change.owners.tolist()]
        self._accounts.went(change.view, before.about.layouts[change.view].rows.unpack(change.owners, values))
        for key in keys:
            self._writer.delete_documents_by_term("key", key)


def _of_person(row: Row) -> dict[str, Any]:
    """What a person is found by; one who is not active by nothing."""
    if not row["is_active"]:
        return {}
    names = [row[name] for name in NAMES if row[name] is not None]
    full = [" ".join(row[name] for name in NAMES[1:])] if None not in (row["first_name"], row["last_name"]) else []
    return {
        "whole": [whole(name) for name in dict.fromkeys([*names, *full])],
        "names": " ".join(word for name in names for word in words(name)),
        "about": " ".join(dict.fromkeys(words(row["bio"] or ""))),
        "rank": min(row["followers"], LOW) << 32 | LOW - (row["user_id"] & LOW),
    }


def _of_post(row: Row) -> dict[str, Any]:
    """What a post is found by."""
    text = " ".join(dict.fromkeys(words(row["text"])))
    return {"text": text, "rank": micros(row["posted_at"]) << 10 | row["post_id"] & 1023}


def _of_name(row: Row) -> dict[str, Any]:
    """What a row of the directory is found by."""
    return {"term": row["term"], "rank": rank_of(row["term"])}


def rank_of(term: str) -> int:
    """A number that orders terms as far as their first bytes do."""
    return int.from_bytes(term.encode()[:8].ljust(8, b"\0"), "big")


def whole(name: str) -> str:
    """A whole name as it is compared, whatever is between its words."""
    return " ".join(folded(name).split())[:MOST_NAMED]


FOUND_BY = {"profile": _of_person, "posts": _of_post, "user_directory": _of_name}
