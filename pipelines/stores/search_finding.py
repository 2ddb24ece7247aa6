"""Finding: people and posts by what they are called or say, the best first.

Who has the very name comes first, then whom all words name, then of whom they begin names, then who says them of
himself or herself, then who is meant but for a typo in a word; of those alike who has more followers. Of posts those
that have all words, then those that have words that begin so, or but for a typo; of those alike the newer.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import tantivy

from pipelines.characters import is_text
from pipelines.stores.search_index import of_document, of_documents, schema
from pipelines.stores.search_words import Wanted, wanted
from pipelines.stores.search_writing import whole

Way = Callable[[str, Wanted], Any]
"""How a field is to have a word."""
PREFIXED = 4
"""From so many characters on a word with a typo may be a beginning, too."""


def people(searcher: Any, text: str, limit: int) -> dict[int, bytes]:
    """The rows of the people whom a text finds, by id, the best first, so many at most."""
    return _found(searcher, _ways_to_people(text), limit)


def posts(searcher: Any, text: str, limit: int) -> dict[int, bytes]:
    """The rows of the posts that a text finds, by id, the best first, so many at most."""
    return _found(searcher, _ways_to_posts(text), limit)


def directory(searcher: Any, prefix: str, limit: int) -> list[tuple[int, bytes]]:
    """The rows of the directory whose terms begin with a prefix, with their owners; the first ones by their terms.

    There are so many, and all others that cannot be told from the last of them by their first bytes.
    """
    query = tantivy.Query.fuzzy_term_query(schema(), "term", prefix, distance=0, prefix=True)
    asked = limit
    while True:
        hits = searcher.search(query, asked, count=False, order_by_field="rank", order=tantivy.Order.Asc).hits
        if len(hits) < asked or sum(rank < hits[-1][0] for rank, _ in hits) >= limit:
            return [of_document(searcher, place) for _, place in hits]
        asked *= 4


def _ways_to_people(text: str) -> Iterator[Any]:
    some, name = wanted(text), whole(text)
    if name and is_text(name):
        yield tantivy.Query.term_query(schema(), "whole", name, "basic")
    if some:
        yield _all("names", some, _as_it_is)
        yield _all("names", some, _beginning)
        yield _all("about", some, _as_it_is)
        yield _all("names", some, _but_for_a_typo)


def _ways_to_posts(text: str) -> Iterator[Any]:
    some = wanted(text)
    if some:
        yield _all("text", some, _as_it_is)
        yield _all("text", some, _beginning)
        yield _all("text", some, _but_for_a_typo)


def _found(searcher: Any, ways: Iterator[Any], limit: int) -> dict[int, bytes]:
    """What is found each way, one after another, until there is enough; each asks for what those before may have."""
    found = dict[int, bytes]()
    for query in ways:
        if len(found) >= limit:
            break
        hits = searcher.search(query, limit, count=False, order_by_field="rank").hits
        more = of_documents(searcher, (at for _, at in hits))
        found |= {owner: rows for owner, rows in more.items() if owner not in found}
    return dict(islice(found.items(), limit))


def _all(field: str, some: Sequence[Wanted], way: Way) -> Any:
    """Who has all words in a field, each that way."""
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, way(field, one)) for one in some])


def _as_it_is(field: str, one: Wanted) -> Any:
    return tantivy.Query.term_query(schema(), field, one.word, "basic")


def _beginning(field: str, one: Wanted) -> Any:
    if one.is_whole:
        return _as_it_is(field, one)
    return tantivy.Query.fuzzy_term_query(schema(), field, one.word, distance=0, prefix=True)


def _but_for_a_typo(field: str, one: Wanted) -> Any:
    if not one.may_differ:
        return _beginning(field, one)
    return tantivy.Query.fuzzy_term_query(
        schema(), field, one.word, distance=1, transposition_cost_one=True, prefix=len(one.word) >= PREFIXED
    )
