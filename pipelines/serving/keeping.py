"""Keeping stores at the last release: each that comes is published to them, by a process beside the server."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread

from pipelines.characters import printable
from pipelines.errors import NewsfeedError, line_of
from pipelines.reading.reader import Reader
from pipelines.releases.release import last_of
from pipelines.serving.intake.log import Newest
from pipelines.storage import delta
from pipelines.storage.lake import Lake
from pipelines.stores.base import Store, Stored
from pipelines.stores.changes import served_of
from pipelines.stores.publish import is_behind

LOGGER = logging.getLogger("pipelines.serving")
EVERY, PATIENCE = 0.5, 5.0
"""The seconds between two looks for a release, and what stores have, and before what failed is tried again."""
COMMAND = (sys.executable, "-P", "-c", "from newsfeed_pipelines import script; script()", "publish")
"""A process of its own, so that what it computes keeps no request waiting."""
STORES = "NEWSFEED_STORES"
"""In which variable it finds the stores: what a process is called with, passwords too, all users of a machine see."""


@dataclass
class Keeper:
    """Publishes each release of a lake to stores, by their URLs, until it is closed; the same fault is told once.

    It publishes anew to a store that lost what it had, or has what is of another lake: which one is ours is told.
    """

    lake: Lake
    stores: Mapping[str, Store]
    tell_id: Callable[[str], None] = lambda _: None
    _ending: Event = field(default_factory=Event)
    _fault: str | None = None
    _process: "subprocess.Popen[str] | None" = None

    def __post_init__(self) -> None:
        self._thread = Thread(target=self._keep, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Publish no more; what is under way is given up, and serves nothing."""
        self._ending.set()
        if self._process is not None:
            self._process.terminate()
        self._thread.join()

    def _keep(self) -> None:
        pause, last, releases = 0.0, dict[str, Stored](), Newest(self.lake.releases)
        while not self._ending.wait(pause):
            try:
                if releases.look() or not last:
                    last = {}
                    last = self._last(releases.handle)
                self._publish([url for url, one in last.items() if is_behind(self.stores[url].stored(), one)])
                self._fault, pause = None, EVERY
            except Exception as fault:  # noqa: BLE001 (whatever it is, what is served is served on)
                self._tell(line_of(fault))
                pause = PATIENCE

    def _last(self, releases: delta.Handle | None) -> dict[str, Stored]:
        """What each store serves once it has the last release; nothing where nothing was released."""
        release = None if releases is None else last_of(releases)
        if release is None:
            return {}
        reader = Reader(self.lake, release)
        found = {url: served_of(reader, store.views) for url, store in self.stores.items()}
        self.tell_id(next(iter(found.values())).lake)
        return found

    def _publish(self, behind: Sequence[str]) -> None:
        """Publish the last release to stores that lack it. Raises NotPublished."""
        if not behind:
            return
        command, env = [*COMMAND, "--root", self.lake.root], os.environ | {STORES: "\n".join(behind)}
        null, pipe = subprocess.DEVNULL, subprocess.PIPE
        with subprocess.Popen(  # noqa: S603 (it starts this very program)
            command, env=env, stdin=null, stdout=null, stderr=pipe, text=True
        ) as self._process:
            if self._ending.is_set():
                self._process.terminate()
            _, told = self._process.communicate()
        if self._process.returncode and not self._ending.is_set():
            lines = told.strip().splitlines() or ["the process ended without a word"]
            raise NotPublished(lines[-1].removeprefix("error: "))

    def _tell(self, line: str) -> None:
        if line != self._fault:
            LOGGER.error("%s", printable(f"release not published: {line}; it is tried again"))
        self._fault = line


class NotPublished(NewsfeedError):
    """A release did not come to the stores."""
