"""What a release says, read without readers: all rows of its views, as a table of Delta has them."""

from bisect import bisect_left
from functools import lru_cache

from deltalake import DeltaTable

from pipelines.releases.release import release
from pipelines.stores.base import OWNERS, PAGED, Content, Stored
from pipelines.stores.lake import placing


@lru_cache(maxsize=64)
def expected(lake, number=None):
    """The rows of a release of a lake, the last one when None."""
    return Expected(lake, release(lake, number))


class Expected:
    def __init__(self, lake, of):
        self.release = of.number
        self.by_owner = {view: rows_by_owner(lake, of, view) for view in OWNERS}
        directory = [row for rows in self.by_owner["user_directory"].values() for row in rows]
        self.directory = sorted(directory, key=lambda row: (row["term"], row["user_id"], row["field"]))
        self.lake = DeltaTable(lake.log).metadata().id
        self._told = {}
        self.contents = {view: Content(one.rows, one.content_hash, one.projection) for view, one in views_of(of)}

    def stored_in(self, views):
        """What a store of these views says that it serves."""
        return Stored(self.lake, self.release, {view: self.contents[view] for view in views})

    def of_ids(self, view, key, ids, *columns):
        rows = [row for one in sorted(set(ids)) for row in self.by_owner[view].get(one, ())]
        return [{name: row[name] for name in {key, *columns}} for row in rows] if columns else rows

    def told(self, view, *columns):
        """All rows of a view, or just some columns of them, in words."""
        if (view, columns) not in self._told:
            rows = self.of_ids(view, OWNERS[view], self.by_owner[view], *columns)
            self._told[view, columns] = sorted(map(told, rows))
        return self._told[view, columns]

    def page(self, view, owner, limit, behind=None):
        rows, place = self.by_owner[view].get(owner, []), placing(view)
        return [row for row in rows if behind is None or place(row) > place(behind)][:limit]

    def people(self, prefix, limit):
        first = bisect_left(self.directory, prefix, key=lambda row: row["term"])
        return [row for row in self.directory[first : first + limit] if row["term"].startswith(prefix)]


def told(row):
    """A row in words, of which many are sorted."""
    return sorted((name, str(value)) for name, value in row.items())


def views_of(of):
    return [(view, of.tables[f"views/{view}"]) for view in OWNERS]


def rows_by_owner(lake, of, view):
    """The rows of each owner, in the view's order."""
    found = {}
    for row in DeltaTable(lake.view(view), of.tables[f"views/{view}"].version).to_pyarrow_table().to_pylist():
        found.setdefault(row[OWNERS[view]], []).append(row)
    place = placing(view) if view in PAGED else lambda row: (row.get("term"), row.get("field"))
    return {owner: sorted(rows, key=place) for owner, rows in found.items()}
