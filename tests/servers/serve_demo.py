"""A server of real data: what one posts comes to the newsfeed of a follower. `make serve-demo`, until Ctrl-C."""

import argparse
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.servers.commands import COMMAND

DATA, ROOT = "data/ldbc-snb-test", Path("data/lake-serve-demo")
READER = 4398046511327
POST = {"event_type": "posted", "post_id": 1 << 60, "text": "Hello from POST /events!"}
SERVES_WITHIN, SEEN_WITHIN, ASKED = 60, 120, 30
"""Seconds until the server has a release, until what was posted is seen, and for which the server is asked to wait."""


def main() -> int:
    """Show it; 0, 1 when it fails."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--once", action="store_true", help="end once what was posted is seen")
    asked.add_argument("--port", type=int, default=8480)
    given = asked.parse_args()
    shutil.rmtree(ROOT, ignore_errors=True)
    try:
        newsfeed("land", f"{DATA}/snapshot", f"{DATA}/update_streams", "--format", "ldbc")
        newsfeed("run")
        newsfeed("publish", f"lmdb:{ROOT}/serving.lmdb")
        token = secrets.token_urlsafe()
        with serving(given.port, token) as url:
            show(Api(url, token))
            if not given.once:
                say(
                    f"\nThe page is {url}/page/, the API {url}/docs; to sign in there: {token}\nCtrl-C ends the server."
                )
                signal.pause()
    except (NotShownError, subprocess.CalledProcessError, OSError) as fault:
        sys.stderr.write(f"error: {fault}\n")
        return 1
    except KeyboardInterrupt:
        say("")
    return 0


class NotShownError(Exception):
    """The server does not do what is to be shown."""


class Api:
    """The server, as one asks it who has a token."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self._headers = url, {"Authorization": f"Bearer {token}"}

    def ask(self, path: str, event: dict[str, Any] | None = None) -> Any:
        """What it answers. Raises HTTPError."""
        data = None if event is None else json.dumps(event).encode()
        with urlopen(Request(f"{self.url}{path}", data, self._headers), timeout=2 * ASKED) as answer:
            return json.load(answer)


def show(api: Api) -> None:
    """Post as someone whom the reader follows, and wait until the reader sees it."""
    (follow,) = api.ask(f"/users/{READER}/followees?limit=1")["followees"]
    author = follow["followee_id"]
    say(f"\n@{follow['followee']['username']}, whom {READER} follows, posts:")
    say(f"$ curl -H 'Authorization: Bearer …' {api.url}/events -d '{json.dumps(POST | {'actor_id': author})}'")
    (posted,) = api.ask("/events", POST | {"actor_id": author})["events"]
    say(json.dumps(posted))
    path, start = f"/users/{READER}/newsfeed?limit=1&wait={ASKED}&after={posted['event_id']}", time.monotonic()
    say(f"$ curl '{api.url}{path}'")
    (entry,) = seen(api, path)["entries"]
    if entry["post_id"] != POST["post_id"]:
        raise NotShownError(f"expected the post first in the newsfeed of {READER}, found {entry}")
    say(json.dumps(entry, ensure_ascii=False))
    say(f"It was seen {time.monotonic() - start:.0f} s after it was posted.")


def seen(api: Api, path: str) -> Any:
    """The answer of a release that covers what was posted. Raises NotShownError."""
    ends = time.monotonic() + SEEN_WITHIN
    while time.monotonic() < ends:
        try:
            return api.ask(path)
        except HTTPError as refused:
            if refused.code != 409:
                raise
    raise NotShownError(f"{SEEN_WITHIN} seconds are over, and no release covers what was posted")


@contextmanager
def serving(port: int, token: str) -> Iterator[str]:
    """A server that has a release; its address. Raises NotShownError."""
    words = ["serve", "--port", str(port), "--land-every", "10s", "--run-every", "30s", "--root", str(ROOT)]
    say(f"\n$ newsfeed {' '.join(words)} &")
    env = os.environ | {"NEWSFEED_TOKENS": token}
    with subprocess.Popen([*COMMAND, *words], env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = (process.stdout.readline() if process.stdout else "").strip()
            say(said)
            url = said.rpartition(" ")[2]
            wait_until_ready(url, process)
            yield url
        finally:
            process.send_signal(signal.SIGTERM)


def wait_until_ready(url: str, process: "subprocess.Popen[str]") -> None:
    """Wait until it has a release. Raises NotShownError."""
    ends = time.monotonic() + SERVES_WITHIN
    while process.poll() is None and time.monotonic() < ends:
        try:
            with urlopen(f"{url}/readyz", timeout=ASKED):
                return
        except (OSError, ValueError):
            time.sleep(0.2)
    raise NotShownError("the server did not come to serve a release")


def newsfeed(*words: str) -> None:
    """Show what a command says."""
    say(f"\n$ newsfeed {' '.join(words)} --root {ROOT}")
    subprocess.run([*COMMAND, *words, "--root", str(ROOT)], check=True)


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
