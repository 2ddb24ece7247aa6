"""The ground of a benchmark: a network on disk, and where each side works on it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from benchmarks import ours, peers
from benchmarks.equality import require_same
from benchmarks.lines import folder_of
from benchmarks.scales import SCALES
from benchmarks.timing import Repetition
from pipelines.reading.reader import Reader
from pipelines.storage import delta
from pipelines.storage.lake import Lake

RESULTS: Final = Path(__file__).parent / "results"


@dataclass
class Ground:
    """What is measured on: the scale, the seed, the cap of a newsfeed, how many repetitions.

    `reuse` takes our lake and DuckDB's tables as an earlier command left them.
    """

    scale: str
    seed: int = 1
    cap: int = 200
    repeat: int = 3
    reuse: bool = False
    _made: set[Path] = field(default_factory=set)

    @cached_property
    def folder(self) -> Path:
        """The network's folder; written now unless it is there."""
        return folder_of(SCALES[self.scale], self.seed)

    @property
    def lines(self) -> Path:
        """The events as JSON lines."""
        return self.folder / "events"

    @property
    def manifest(self) -> dict[str, Any]:
        """What the network is: its seed, events by type, bytes, deliveries."""
        facts: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())
        return facts

    @property
    def work(self) -> Path:
        """Where the sides work."""
        return RESULTS / "work" / f"{self.scale}-{self.seed}-cap{self.cap}"

    def publish(self) -> Repetition:
        """Our whole pipeline, into a new lake."""
        done = ours.work(self.lines, self._ours, self.cap)
        self._made.add(self._ours)
        return done

    def publish_peer(self) -> Repetition:
        """The same in DuckDB, into new files."""
        done = peers.duckdb(self.lines, self._duckdb, self.cap)
        self._made.add(self._duckdb)
        return done

    def released(self) -> Path:
        """Our lake with its release; made now unless it is there."""
        if not self._has(self._ours):
            self.publish()
        return self._ours

    def related(self) -> Path:
        """DuckDB's relations and views; made now unless they are there."""
        if not self._has(self._duckdb):
            self.publish_peer()
        return self._duckdb

    def _has(self, place: Path) -> bool:
        return place in self._made or (self.reuse and place.exists())

    def files(self, view: str) -> list[Path]:
        """The data files of a view of the last release."""
        return files_of(self._ours, view)

    def log_files(self) -> list[Path]:
        """The data files of the log."""
        return _files(self._lake.log, None)

    def require_same_rows(self, views: Iterable[str]) -> None:
        """Raise Unequal unless each of these views has the rows of DuckDB's."""
        for view in views:
            self.require_same(view, "duckdb", self._duckdb / f"{view}.parquet")

    def require_same(self, view: str, side: str, place: Path) -> None:
        """Raise Unequal unless a view has the rows that another side left in a file or folder."""
        theirs = sorted(place.glob("*.parquet")) if place.is_dir() else [place]
        require_same(f"{view} by {side}", self.files(view), theirs)

    @property
    def _ours(self) -> Path:
        return self.work / "ours"

    @property
    def _duckdb(self) -> Path:
        return self.work / "duckdb"

    @property
    def _lake(self) -> Lake:
        return Lake.at(str(self._ours))


def files_of(root: Path, view: str) -> list[Path]:
    """The data files of a view of a lake's last release."""
    return _files(*Reader.of(Lake.at(str(root))).place(view))


def _files(place: str, version: int | None) -> list[Path]:
    handle = delta.find(place, version)
    return [] if handle is None else [Path(file) for file in delta.uris(place, handle)]
