"""Indexes of tantivy: what a document is, who may write, and faults in words."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from struct import Struct
from typing import Any, NamedTuple

import msgspec
import tantivy

from pipelines.errors import NewsfeedError, reason
from pipelines.stores.about import About
from pipelines.stores.base import StoreError

MEMORY = 64 << 20
"""How many bytes of documents are held before they are written."""
META = "meta.json"
"""The file that names all others of an index, and is replaced as a whole."""
MANAGED = ".managed.json"
"""That which names those that may be taken away."""
ABOUT = "about"
"""The key of the document that says what is served."""
HALF = "half"
"""The key of that which says how much of a publish is there."""
AT_ONCE = 1024
MOST = 3
"""The most documents of an owner: that many names has a person."""
_ENCODE, _DECODE = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder().decode
_OWNER = Struct(">Q")


class Served(NamedTuple):
    """What is served, and the searcher that sees it."""

    searcher: Any
    about: About


@cache
def schema() -> Any:
    """A document is a row of an owner of a view, `rows`; all but its key and this is what it is found by.

    `whole` has whole names of a person, `names` and `about` the words of names and of the bio; `text` those of a post;
    `term` that of a row of the directory.
    """
    fields = tantivy.SchemaBuilder()
    fields.add_text_field("key", tokenizer_name="raw", index_option="basic")
    fields.add_text_field("whole", tokenizer_name="raw", index_option="basic")
    fields.add_text_field("term", tokenizer_name="raw", index_option="basic")
    for name in ("names", "about", "text"):
        fields.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    fields.add_unsigned_field("rank", fast=True)
    fields.add_bytes_field("rows", stored=True)
    return fields.build()


def key_of(view: str, owner: int) -> str:
    """The key of the document of an owner."""
    return f"{view} {owner}"


def document(key: str, rows: bytes, owner: int = 0, **found_by: Any) -> Any:
    """A document of an owner."""
    return tantivy.Document.from_dict({"key": key, "rows": _OWNER.pack(owner) + rows, **found_by}, schema())


def opened(path: str, url: str, *, make: bool = False) -> Any:
    """The index in a folder, made unless it is there if that is asked for. Raises StoreError."""
    with telling(url, "open"):
        if make:
            Path(path).mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(schema(), path=path, reuse=True)
        index.config_reader("manual", 0)
        return index


@contextmanager
def telling(url: str, doing: str) -> Iterator[None]:
    """Tell faults of tantivy, and of the system, as a StoreError on one line."""
    try:
        yield
    except NewsfeedError:
        raise
    except (ValueError, OSError) as fault:
        said = reason(fault) if isinstance(fault, OSError) else " ".join(str(fault).split())
        if "schema does not match" in said:
            said = "it is an index of something else, or of another version"
        raise StoreError(f"cannot {doing} {url}: {said}") from fault


@contextmanager
def writing(index: Any, url: str) -> Iterator[Any]:
    """A writer; what it committed stays."""
    with telling(url, "write"):
        writer = index.writer(MEMORY, 1)
    try:
        yield writer
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()


def rows_of(searcher: Any, keys: Sequence[str]) -> dict[int, bytes]:
    """What documents with these keys have, by owner."""
    found = dict[int, list[bytes]]()
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        query = tantivy.Query.term_set_query(schema(), "key", some)
        for _, place in searcher.search(query, MOST * len(some), count=False).hits:
            owner, rows = of_document(searcher, place)
            found.setdefault(owner, []).append(rows)
    return {owner: rows[0] if len(rows) == 1 else joined(rows) for owner, rows in found.items()}


def joined(values: Iterable[bytes]) -> bytes:
    """Rows of an owner that are packed one by one, in order, packed together."""
    return _ENCODE(sorted(row for value in values for row in _DECODE(value)))


def each(value: bytes) -> list[bytes]:
    """Rows of an owner, packed one by one."""
    return [_ENCODE([row]) for row in _DECODE(value)]


def of_documents(searcher: Any, places: Iterable[Any]) -> dict[int, bytes]:
    """What the documents at places have, by owner, in this order."""
    return dict(of_document(searcher, place) for place in places)


def of_document(searcher: Any, place: Any) -> tuple[int, bytes]:
    """The owner of the document at a place, and what it has."""
    found = bytes(searcher.doc(place).get_first("rows"))
    return _OWNER.unpack_from(found)[0], found[_OWNER.size :]
