"""How fast a server takes events while it lands and releases them: `python -m benchmarks.intake --seconds 20`.

`newsfeed serve` runs on a lake of a network that lives already; so many clients, on the same machine, each send one
event, wait until it is durable, and send the next, after `--pause` seconds. With `--own-ids`, the clients make the ids,
so the log is asked. Of each minute it is told what the server holds.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import tempfile
import time
from functools import partial
from itertools import count
from pathlib import Path
from typing import cast

import numpy as np
import uvloop

from benchmarks.commands import own, serving, work
from pipelines.log.certificate import counted
from pipelines.log.landings import total_at
from pipelines.releases.release import all_releases
from pipelines.storage.lake import Lake

TOKEN = "token-of-the-benchmark"  # noqa: S105 (of a server that only this process can reach)
USERS = 5000


class Client(asyncio.Protocol):
    """A connection that sends one event after another, and keeps the seconds that each took."""

    def __init__(self, number: int, until: float, *, own_ids: bool, pause: float) -> None:
        self.seconds: list[float] = []
        self.ended = asyncio.get_running_loop().create_future()
        self._number, self._until, self._own_ids, self._pause = number, until, own_ids, pause
        self._draw, self._began = random.Random(number), 0.0
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """Take an answer, or a part of it, and go on until it is enough."""
        self._answer += data
        if not self._answer.endswith(b"}"):
            return
        now = time.perf_counter()
        if not self._answer.startswith(b"HTTP/1.1 201") and not self.ended.done():
            self.ended.set_exception(SystemExit(f"expected 201, found {self._answer!r}"))
            return
        self._answer = b""
        self.seconds.append(now - self._began)
        if now + self._pause < self._until:
            asyncio.get_running_loop().call_later(self._pause, self._send)
        elif not self.ended.done():
            self.ended.set_result(None)
            self._transport.close()

    def _send(self) -> None:
        event = {
            "event_type": "posted",
            "actor_id": 1 + self._draw.randrange(USERS),
            "post_id": 1 + self._draw.getrandbits(62),
            "text": "what a person says " * self._draw.randrange(1, 10),
        }
        own = {"event_id": f"own-{self._number}-{len(self.seconds)}"} if self._own_ids else {}
        body = json.dumps(own | event).encode()
        head = f"POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
        self._began = time.perf_counter()
        self._transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


async def load(pid: int, port: int, given: argparse.Namespace) -> np.ndarray:
    """The seconds of each request."""
    loop, until = asyncio.get_running_loop(), time.perf_counter() + given.seconds
    client = partial(Client, until=until, own_ids=given.own_ids, pause=given.pause)
    made = [await loop.create_connection(partial(client, number), "127.0.0.1", port) for number in range(given.clients)]
    told = loop.create_task(tell_memory(pid))
    await asyncio.gather(*(client.ended for _, client in made))
    told.cancel()
    return np.concatenate([client.seconds for _, client in made])


async def tell_memory(pid: int) -> None:
    """Print each minute what a process holds."""
    for minute in count(1):
        await asyncio.sleep(60)
        print(f"minute {minute:4}  {own(pid):.0f} MB", flush=True)


def main() -> None:
    """Measure, and print what was found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=20)
    asked.add_argument("--clients", type=int, default=50)
    asked.add_argument("--base", type=int, default=200_000, help="how many events there are before")
    asked.add_argument("--land-every", default="2s")
    asked.add_argument("--run-every", default="5s")
    asked.add_argument("--own-ids", action="store_true")
    asked.add_argument("--pause", type=float, default=0.0)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root, base = Path(folder) / "lake", Path(folder) / "base.jsonl"
        with base.open("wb") as file:
            produce = ["produce", "-", "--network", "XS", "--rate", 0, "--events", given.base]
            work(*produce, stdout=file, stderr=subprocess.DEVNULL)
        for words in (["land", base], ["run"]):
            work(*words, "--root", root, stdout=subprocess.DEVNULL)
        measure(root, given)


def measure(root: Path, given: argparse.Namespace) -> None:
    """Serve, load, and print."""
    lake = Lake.at(str(root))
    before, releases = counted(total_at(lake.log)), len(all_releases(lake))
    options = ["--root", root, "--land-every", given.land_every, "--run-every", given.run_every]
    with serving(*options, env=os.environ | {"NEWSFEED_TOKENS": TOKEN}) as (server, _, port):
        began = time.perf_counter()
        took = uvloop.run(load(server.pid, port, given))
        seconds = time.perf_counter() - began
    landed, published = counted(total_at(lake.log)) - before, len(all_releases(lake)) - releases
    p50, p99 = np.percentile(took * 1000, [50, 99])
    print(
        f"taken        {len(took):,} events by {given.clients} clients in {seconds:.1f} s: {len(took) / seconds:,.0f}/s"
    )
    print(f"milliseconds p50 {p50:.1f}, p99 {p99:.1f}, most {took.max() * 1000:.1f}")
    print(f"meanwhile    {landed:,} landed, {published} releases published")


if __name__ == "__main__":
    main()
