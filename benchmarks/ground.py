"""The ground of a benchmark: a network on disk, and where each side works on it."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from benchmarks import ours, peers
from benchmarks.lines import folder_of
from benchmarks.scales import SCALES
from pipelines.runner.reading import Reader
from pipelines.storage import delta, places
from pipelines.storage.lake import Lake

RESULTS: Final = Path(__file__).parent / "results"


@dataclass
class Ground:
    """What is measured on: the scale, the seed, the cap of a newsfeed, how many repetitions.

    `reuse` takes the lake and the peer's tables as an earlier command left them.
    """

    scale: str
    seed: int = 1
    cap: int = 200
    repeat: int = 3
    reuse: bool = False
    _made: set[str] = field(default_factory=set)

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

    @property
    def root(self) -> Path:
        """Our lake."""
        return self.work / "ours"

    @property
    def out(self) -> Path:
        """The peer's tables."""
        return self.work / "duckdb"

    def made(self, side: str) -> None:
        """Notes that this command has made `ours` or `duckdb` by the whole pipeline."""
        self._made.add(side)

    def released(self) -> Lake:
        """Our lake with its release, landed and run now unless this command did already."""
        if "ours" not in self._made and not (self.reuse and self.root.exists()):
            ours.work(self.lines, self.root, self.cap)
        self.made("ours")
        return Lake.at(str(self.root))

    def related(self) -> Path:
        """The peer's relations and views, made now unless this command did already."""
        if "duckdb" not in self._made and not (self.reuse and self.out.exists()):
            peers.duckdb(self.lines, self.out, self.cap)
        self.made("duckdb")
        return self.out

    def files(self, view: str) -> list[Path]:
        """The data files of a view of the last release."""
        place, version = Reader.of(self.released()).place(view)
        return _files(place, version)

    def log_files(self) -> list[Path]:
        """The data files of the log."""
        return _files(self.released().log, None)


def _files(place: str, version: int | None) -> list[Path]:
    handle = delta.find(place, version)
    return [] if handle is None else [Path(places.join(place, path)) for path in delta.paths(handle)]
