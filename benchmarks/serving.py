"""How quickly newsfeeds are answered over HTTP: `python -m benchmarks.serving --root LAKE --seconds 10`.

A server of its own is asked for pages of random users' newsfeeds, with names and texts, by a process beside it: at a
rate that is given, and at growing ones until the slowest hundredth takes more than 50 ms. A request is due at its time
whatever became of those before, and its time counts from then. With `--minutes N` the rate that is given is held for so
long instead, and of each minute it is told what the server holds at its end, without pages of files that are mapped.
"""

import argparse
import asyncio
import gc
import os
import random
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple, cast

import numpy as np
import uvloop

from benchmarks.commands import own, serving
from pipelines.reading.reader import Reader
from pipelines.storage.lake import Lake

CONNECTIONS, MOST_MS, STEP, FIRST = 32, 50.0, 1.1, 250.0


class Connection(asyncio.Protocol):
    """A connection with one request under way at most; tells the status of each answer once all of it came."""

    def __init__(self, told: Callable[["Connection", int], None]) -> None:
        self._told, self._came, self._left = told, b"", -1
        self.status, self.due = 0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        self._to = cast("asyncio.Transport", transport)

    def ask(self, request: bytes, due: float) -> None:
        """Send a request that was due at a time."""
        self.due = due
        self._to.write(request)

    def data_received(self, data: bytes) -> None:
        """Take what came of the answer."""
        if self._left < 0:
            self._came += data
            head, found, data = self._came.partition(b"\r\n\r\n")
            if not found:
                return
            self.status, self._came = int(head[9:12]), b""
            self._left = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        self._left -= len(data)
        if self._left == 0:
            self._left = -1
            self._told(self, self.status)


async def asked(port: int, requests: Sequence[bytes], rate: float) -> tuple[list[float], int]:
    """The milliseconds that each request took, sent at a rate, and how many were not answered well."""
    loop, free, waiting = asyncio.get_running_loop(), deque[Connection](), deque[tuple[bytes, float]]()
    taken, faults, done = list[float](), 0, loop.create_future()

    def told(connection: Connection, status: int) -> None:
        nonlocal faults
        taken.append((perf_counter() - connection.due) * 1000)
        faults += status != 200
        if waiting:
            connection.ask(*waiting.popleft())
        else:
            free.append(connection)
        if len(taken) == len(requests) and not done.done():
            done.set_result(None)

    for _ in range(CONNECTIONS):
        _, connection = await loop.create_connection(lambda: Connection(told), "127.0.0.1", port)
        free.append(connection)
    start = perf_counter()
    for number, request in enumerate(requests):
        due = start + number / rate
        if (pause := due - perf_counter()) > 0:
            await asyncio.sleep(pause)
        if free:
            free.popleft().ask(request, due)
        else:
            waiting.append((request, due))
    await asyncio.wait_for(done, 60)
    return taken, faults


def core_seconds(pid: int) -> float:
    """How many seconds of a core a process took until now."""
    user, system = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class Asking(NamedTuple):
    """A server, by its process and port, and what it is asked: a path for random ones of the users."""

    pid: int
    port: int
    users: Sequence[int]
    path: str
    seed: int


def measured(of: Asking, rate: float, seconds: float) -> dict[str, float]:
    """The percentiles of so many seconds at a rate, the rate that came about, and what a request took of a core."""
    drawn = random.Random(of.seed)
    head = "Host: 127.0.0.1\r\nAccept-Encoding: identity\r\n\r\n"
    count = max(1, int(rate * seconds))
    requests = [f"GET {of.path.format(drawn.choice(of.users))} HTTP/1.1\r\n{head}".encode() for _ in range(count)]
    start, core = perf_counter(), core_seconds(of.pid)
    taken, faults = uvloop.run(asked(of.port, requests, rate))
    held, core = count / (perf_counter() - start), (core_seconds(of.pid) - core) / count * 1000
    p50, p99 = np.percentile(taken, [50, 99])
    found = {"rate": rate, "held": held, "p50": p50, "p99": p99, "core": core, "faults": faults}
    return found | {"MB": own(of.pid)}


def show(found: dict[str, float]) -> None:
    """Prints what was measured."""
    told = f"p50 {found['p50']:7.2f} ms  p99 {found['p99']:7.2f} ms"
    told += f"  of a core {found['core']:.2f} ms a request  {found['faults']:.0f} faults  {found['MB']:.0f} MB"
    print(f"{found['rate']:7.0f}/s  held {found['held']:7.0f}/s  {told}", flush=True)


def highest(ask: Callable[[float], dict[str, float]]) -> float:
    """The highest of growing rates at which the slowest hundredth takes at most MOST_MS."""
    rate, best = FIRST, 0.0
    while True:
        found = ask(rate)
        show(found)
        if found["p99"] > MOST_MS or found["faults"] or found["held"] < 0.95 * rate:
            return best
        best, rate = rate, rate * STEP


def main() -> None:
    """Measures one lake, from one store or several."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True)
    parser.add_argument("--path", default="/users/{}/newsfeed?limit=20")
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--minutes", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given, options = parser.parse_known_args()
    reader = Reader.of(Lake.at(given.root))
    users = [row["user_id"] for row in reader.rows("SELECT user_id FROM profile", "profile")]
    with serving("--root", given.root, *options) as (server, line, port):
        print(f"seed {given.seed}, {len(users):,} users, {line}")
        asking = Asking(server.pid, port, users, given.path, given.seed)
        gc.freeze()  # else this process now and then looks through all it has loaded, and asks late
        measured(asking, given.rate, 2)
        if given.minutes is not None:
            for minute in range(given.minutes):
                show(measured(asking._replace(seed=given.seed + minute), given.rate, 60))
            return
        show(measured(asking, given.rate, given.seconds))
        print(f"highest rate held: {highest(lambda rate: measured(asking, rate, 3)):.0f}/s")


if __name__ == "__main__":
    main()
