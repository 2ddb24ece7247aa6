"""Terms as keys: the order of the keys is the view's, however long a term is and whatever is in it."""

from random import Random

import lmdb
import pytest

from pipelines.stores.terms import FIELDS, LONGEST, entry_of, people

LETTERS = ["a", "b", "\0", "ß", "東", "\U0010ffff"]


@pytest.fixture
def transaction(tmp_path):
    with lmdb.open(str(tmp_path / "terms"), subdir=False) as environment, environment.begin(write=True) as opened:
        yield opened


def drawn(random, number):
    """Names, some of which begin with the same letters, as many as a key has and more."""
    beginnings = ["東" * (LONGEST // 3), "東" * 150, "a" * (LONGEST - 1), ""]
    for user in random.sample(range(1, 2**63), number):
        more = "".join(random.choices(LETTERS, k=random.randrange(4)))
        yield {"term": random.choice(beginnings) + more or "x", "user_id": user, "field": random.choice(FIELDS)}


def test_people_are_found_in_the_order_of_the_view(transaction, seed):
    random = Random(seed)
    rows = list(drawn(random, 400))
    for row in rows:
        transaction.put(*entry_of(row["term"], row["user_id"], row["field"]))
    rows.sort(key=lambda row: (row["term"], row["user_id"], row["field"]))
    terms = random.sample([row["term"] for row in rows], 60)
    for prefix in {"", "zz", *(term[: random.randrange(len(term) + 1)] for term in terms), *terms}:
        expected = [row for row in rows if row["term"].startswith(prefix)]
        for limit in (1, 5, len(rows)):
            assert people(transaction, prefix, limit) == expected[:limit]


def test_nothing_else_is_taken_for_a_name(transaction):
    transaction.put(b"\x01" + bytes(8), b"rows of a newsfeed")
    assert people(transaction, "", 10) == []
