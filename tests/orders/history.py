"""What must hold of a lake whatever commands did to it at once: its releases, its events, and each release whole."""

from itertools import pairwise

import pyarrow.dataset as ds
from deltalake import DeltaTable

from pipelines.landing.land import land
from pipelines.runs.run import run
from tests.landing.lines import CLOCK, ids, quarantined, rows_of
from tests.releases.worlds import contents, require_restored, tables


class History:
    """The releases of a lake, as they were seen to come."""

    def __init__(self, lake):
        self.lake, self.seen = lake, {}
        self.look()

    def look(self):
        """Releases are a linear history: none changes, none has fewer landings or events than one before it."""
        found = {row["release"]: row for row in rows_of(self.lake.releases, "release")}
        assert not self.seen or max(found) >= max(self.seen)
        for number, row in found.items():
            assert self.seen.setdefault(number, row) == row, f"release {number} changed"
        numbers = sorted(self.seen)
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
        covered = [(self.seen[number]["landing"], self.seen[number]["events"]) for number in numbers]
        assert covered == sorted(covered)
        assert all(one[1] <= other[1] for one, other in pairwise(covered))


def require_sound(lake, engine, sources, undisturbed):
    """Every release is whole; once all has landed, every event is there once, and a run's release equals a rebuild."""
    require_whole(lake)
    land(lake, engine, sources, clock=CLOCK)
    assert (ids(lake), quarantined(lake)) == (ids(undisturbed), quarantined(undisturbed))
    run(lake, engine)
    require_whole(lake)
    require_restored(lake)
    assert contents(lake) == contents(undisturbed)


def require_whole(lake):
    """Every release that is listed can be read, and has the rows that its record says."""
    for number in range(len(rows_of(lake.releases, "release"))):
        for name, one in tables(lake, number).items():
            assert rows(f"{lake.root}/{name}", one["version"]) == one["rows"], (number, name)


def rows(place, version):
    """How many rows of a version of a table are read from its files."""
    files = DeltaTable(place, version=version).file_uris()
    return sum(len(ds.dataset(file).to_table()) for file in files)
