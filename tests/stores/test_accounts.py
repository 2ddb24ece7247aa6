"""What is served is what the release has: by number and by content, whatever went and came, in whichever pieces."""

import pyarrow as pa
import pytest

from pipelines.hashing import content_hash
from pipelines.stores.accounts import Accounts
from pipelines.stores.base import Content, Stored, StoreError
from pipelines.views import load_view

VIEW = "followees"


def follows(*pairs):
    rows = [{"user_id": user, "followee_id": other, "since": 0} for user, other in pairs]
    return pa.Table.from_pylist(rows, load_view(VIEW).table.arrow)


def content(*pairs):
    rows = follows(*pairs)
    return Content(len(pairs), str(sum(map(content_hash, rows.to_batches()))), 1)


@pytest.fixture
def accounts():
    """Of a store that had two rows, of which one went, and another came."""
    found = Accounts({VIEW: content((1, 2), (1, 3))})
    found.went(VIEW, follows((1, 3)))
    found.came(VIEW, follows((2, 1)))
    return found


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        ([(1, 2), (2, 1)], None),
        ([(1, 2)], f"{VIEW} of release 3: expected 1 rows, found 2; what was served before is served on"),
        ([(1, 2), (1, 3)], f"{VIEW} of release 3: the rows read back are others than those of the release"),
    ],
)
def test_rows_are_those_of_the_release_or_are_told(accounts, pairs, says):
    stored = Stored("lake", 3, {VIEW: content(*pairs)})
    if says is None:
        accounts.require("lmdb:a", stored)
    else:
        with pytest.raises(StoreError, match=f"lmdb:a: {says}"):
            accounts.require("lmdb:a", stored)
