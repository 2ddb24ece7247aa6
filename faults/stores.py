"""Trials of object stores: what they may delay, lose and reorder, put between a command and a store on loopback."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from time import sleep
from typing import Any, Final
from uuid import uuid4

from faults.client import Ended, Forks
from faults.damages import is_told
from faults.ground import DAY, gone
from faults.trials import Trials, differences
from tests.servers import proxy, s3

LAG: Final = 1.0
"""The seconds for which what was put is not listed."""
LONGEST_WAIT: Final = 0.01
"""The seconds for which a request waits at most that is put out of order."""
LONGEST: Final = 400
"""The seconds after which a command hangs: each makes hundreds of requests, one after another."""
ONE_IN: Final = 40
"""Of so many puts one meets a fault, about."""
STEPS: Final = (("land", "events-0"), ("run",), ("land", "events-1"), ("run",))


def lost(random: Random) -> Callable[[str, str], proxy.Fault]:
    """The answer to some puts is lost."""
    return lambda method, _: proxy.LOST if method == "PUT" and not random.randrange(ONE_IN) else None


def late(random: Random) -> Callable[[str, str], proxy.Fault]:
    """Some puts arrive late, when their clients have asked again, or given up."""
    return lambda method, _: proxy.LATE if method == "PUT" and not random.randrange(ONE_IN) else None


def reordered(random: Random) -> Callable[[str, str], proxy.Fault]:
    """Each request waits on its own, so what is asked at once is done in any order."""
    return lambda _method, _path: random.random() * LONGEST_WAIT


def nothing(_random: Random) -> Callable[[str, str], proxy.Fault]:
    """No request fails."""
    return lambda _method, _path: None


WAYS: Final[Mapping[str, tuple[Callable[[Random], Callable[[str, str], proxy.Fault]], float]]] = {
    "answers lost": (lost, 0),
    "puts late": (late, 0),
    "requests reordered": (reordered, 0),
    "listings behind puts": (nothing, LAG),
    "listings behind puts that are late": (late, LAG),
}
"""What goes wrong with requests, and for how many seconds what was put is not listed."""


def are_there() -> bool:
    """Whether there are an object store for tests, and the client of those."""
    return all(find_spec(name) for name in ("moto", "boto3", "flask", "obstore"))


@contextmanager
def store(folder: Path) -> Iterator[s3.S3]:
    """An object store on loopback."""
    server = s3.trial(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@dataclass(frozen=True)
class Delayed:
    """A trial: landings and runs at a store which delays or loses, and all once more when it does not."""

    way: str
    number: int
    seed: int
    store: s3.S3

    @property
    def name(self) -> str:
        """By which it is tried again, for the same seed."""
        return f"{self.group} {self.number}"

    @property
    def group(self) -> str:
        """The class of trials to which it belongs."""
        return f"store: {self.way}"

    def complaints(self, trials: Trials) -> list[str]:
        """What is not as it must be."""
        ground, root = trials.ground, f"{self.store.root}/{uuid4().hex}"
        fault, lag = WAYS[self.way]
        found, seen = list[str](), list[dict[str, Any]]()
        with proxy.proxy(self.store.port, fault(Random(f"{self.seed} {self.name}")), lag) as standing:
            by = {**self.store.env, "AWS_ENDPOINT_URL": standing.endpoint}
            for step in STEPS:
                ended = _step(ground.forks, ground.folder, root, step, by)
                if ended.code != 0 and not is_told(ended):
                    found.append(f"{step[0]} ended with {ended.code}: {ended.err.strip()}")
                seen.append(ground.forks.look("read", root, self.store.env))
            sleep(max(LAG, proxy.LATENESS))
        for step in STEPS:
            ended = _step(ground.forks, ground.folder, root, step, self.store.env)
            if ended.code != 0:
                found.append(f"again, {step[0]} ended with {ended.code}: {ended.err.strip()}")
        expected = on_disk(ground.forks, ground.folder)
        whole = [one["rows"] for one in expected["seen"] if "rows" in one]
        found += [f"readers see {one}" for one in seen if "rows" in one and one["rows"] not in whole]
        return found + differences(expected["state"], ground.forks.look("state", root, self.store.env))


def _step(forks: Forks, folder: Path, root: str, step: tuple[str, ...], environment: Mapping[str, str]) -> Ended:
    words = [step[0], *(str(folder / name) for name in step[1:]), *(("--ingestion-time", DAY) if step[1:] else ())]
    return forks.command(*words, "--root", root, environment=environment, longest=LONGEST)


@cache
def on_disk(forks: Forks, folder: Path) -> dict[str, Any]:
    """What readers see of the same on a disk after each step, and the state at the end."""
    root, seen = str(folder / uuid4().hex), []
    for step in STEPS:
        _step(forks, folder, root, step, {})
        seen.append(forks.look("read", root))
    state = forks.look("state", root)
    gone(root)
    return {"seen": seen, "state": state}


def delays(seed: int, each: int, server: s3.S3) -> dict[str, list[Delayed]]:
    """So many trials of each way, by class."""
    return {f"store: {way}": [Delayed(way, number, seed, server) for number in range(1, each + 1)] for way in WAYS}
