"""Clients that send events to a server that may die at any moment, and know of each what they were answered."""

import asyncio
import json
from dataclasses import dataclass, field

FIRST_ACTOR = 1000


class Died(Exception):
    """The server is gone, or never was there."""


class Client:
    """A connection to a server, made anew where it broke."""

    def __init__(self, port, token="none"):
        self._port, self._token, self._streams = port, token, None

    async def ask(self, method, path, body=b"", **headers):
        """The status, the headers in lower case, and what the content says. Raises Died."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            said = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
            head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._token}\r\n{said}"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            found = dict(line.lower().split(": ", 1) for line in lines if line)
            content = await reader.readexactly(int(found.get("content-length", 0)))
            return int(first.split()[1]), found, json.loads(content) if content else None
        except (OSError, asyncio.IncompleteReadError) as fault:
            self.close()
            raise Died from fault

    def close(self):
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@dataclass
class Author:
    """An actor whose events one client sends: of each id that was made here, or told, whether that was acknowledged.

    With an odd number each append is conditional; an event without an answer is sent again until it has one.
    """

    number: int
    token: str = "none"
    sent: int = 0
    acknowledged: list[str] = field(default_factory=list)
    unanswered: dict[str, object] | None = None

    @property
    def actor_id(self):
        return FIRST_ACTOR + self.number

    async def live(self, port, answered):
        """Send events until the server dies, and call a function at each answer."""
        client = Client(port, self.token)
        try:
            while True:
                await self._send(client)
                answered()
        except Died:
            client.close()

    async def _send(self, client):
        event, headers = self.unanswered or self._next(), {}
        if self.number % 2:
            headers["If-Match"] = f'"{len(self.acknowledged)}"'
        self.unanswered = event if "event_id" in event else None
        status, _, told = await client.ask("POST", "/events", json.dumps(event).encode(), **headers)
        assert status in {200, 201}, (status, told)
        self.acknowledged.append(told["events"][0]["event_id"])
        self.unanswered = None

    def _next(self):
        self.sent += 1
        event = {
            "event_type": "posted",
            "actor_id": self.actor_id,
            "post_id": self.sent,
            "text": "é" * (self.sent % 90),
        }
        own = {"event_id": f"{self.actor_id}-{self.sent}"} if self.number % 2 or self.number % 3 == 0 else {}
        return own | event


async def until_killed(authors, port, answers, kill):
    """Let authors send until they have about so many answers more, then kill the server."""
    enough, left = asyncio.Event(), iter(range(answers))

    def answered():
        if next(left, None) is None:
            enough.set()

    living = [asyncio.create_task(author.live(port, answered)) for author in authors]
    await asyncio.wait([asyncio.create_task(enough.wait()), *living], return_when=asyncio.FIRST_COMPLETED)
    kill()
    await asyncio.gather(*living)
