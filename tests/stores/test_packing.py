"""Rows as bytes: what is unpacked, read or paged is what was packed."""

from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from pipelines.stores.base import OWNERS, PAGED, StoreError
from pipelines.stores.lake import placing
from pipelines.stores.packing import FEW, Layout
from pipelines.tables import Column
from pipelines.views import load_view

DAY = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = ["", "a", "ß\0ẞ", "\U0001f600" * 50]


def value(column: Column, few: tuple[str, ...], random: Random):
    """A value that a column may have."""
    if column.nullable and random.random() < 0.3:
        return None
    if few:
        return random.choice(few)
    if column.type == "timestamp":
        return DAY + timedelta(microseconds=random.randrange(-6 * 10**16, 10**15))
    if column.type == "boolean":
        return random.random() < 0.5
    if column.type == "array<string>":
        return random.sample(TEXTS, random.randrange(3))
    return random.choice(TEXTS) if column.type == "string" else random.choice([1, 2**31 - 1, 2**63 - 1])


def rows_of(table, random):
    """Rows of some owners, ascending, one without any among the owners; those of one in the order of pages."""
    owners, rows = [1, 2, 3, 2**63 - 1], []
    for owner in (1, 3, 2**63 - 1):
        some = [
            {
                column.name: value(column, FEW.get((table.name, column.name), ()), random)
                for column in table.columns
                if column.name not in {table.bucket_by, "position"}
            }
            for _ in range(1 if table.key == (table.bucket_by,) else random.randrange(1, 30))
        ]
        some.sort(key=placing(table.name))
        rows += [{table.bucket_by: owner, "position": at, **row} for at, row in enumerate(some, 1)]
    rows = [{name: row[name] for name in table.names} for row in rows]
    return np.array(owners), rows


@pytest.mark.parametrize("view", OWNERS)
def test_what_is_read_is_what_was_packed(view, seed):
    table, random = load_view(view).table, Random(seed)
    layout = Layout.of_facts(msgspec.json.decode(msgspec.json.encode(Layout.of(table).as_facts())))
    assert layout == Layout.of(table)
    owners, rows = rows_of(table, random)
    given = pa.Table.from_pylist(rows, table.arrow)
    values = list(layout.rows.pack(owners, given))
    assert layout.rows.unpack(owners, values).equals(given)
    for owner, packed in zip(owners.tolist(), values, strict=True):
        expected = [row for row in rows if row[table.bucket_by] == owner]
        assert layout.rows.read(owner, packed) == expected
        assert layout.rows.count(packed) == len(expected)
        assert layout.rows.read(owner, packed, 1, 3) == expected[1:3]
        assert layout.reader(layout.owner, ())(owner, packed) == expected
        asked = tuple(random.sample(table.names, random.randrange(1, len(table.names) + 1)))
        for columns in ((layout.owner,), asked, tuple(one for one in asked if one != layout.owner)):
            names = dict.fromkeys((layout.owner, *columns)) if columns else table.names
            found = layout.reader(layout.owner, columns)(owner, packed)
            assert found == [{name: row[name] for name in names} for row in expected]
        if view in PAGED:
            place = placing(view)
            for behind in expected:
                after = [row for row in expected if place(row) > place(behind)]
                assert layout.rows.page(owner, packed, 4, behind) == after[:4]


@pytest.mark.parametrize("kind", ["", "aaa", "postp", "replz", "zzz"])
def test_a_page_behind_a_kind_that_there_is_not_goes_on_where_it_would_stand(kind):
    layout = Layout.of(load_view("user_timeline").table)
    rows = [{"author_id": 1, "post_id": 5, "kind": name, "entered_at": DAY} for name in FEW["user_timeline", "kind"]]
    (packed,) = layout.rows.pack(np.array([1]), pa.Table.from_pylist(rows, load_view("user_timeline").table.arrow))
    assert layout.rows.page(1, packed, 9, rows[0] | {"kind": kind}) == [row for row in rows if row["kind"] > kind]


def test_a_kind_that_nobody_declared_is_told():
    table = load_view("user_timeline").table
    rows = pa.Table.from_pylist([{"author_id": 1, "post_id": 5, "kind": "poll", "entered_at": DAY}], table.arrow)
    with pytest.raises(StoreError, match="kind: expected one of post, reply, repost, found 'poll'"):
        list(Layout.of(table).rows.pack(np.array([1]), rows))
