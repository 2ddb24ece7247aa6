"""A headless Chromium that takes pictures of pages, told by the DevTools protocol what to do."""

import base64
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from websockets.sync.client import ClientConnection, connect

from tests.servers.processes import ServerError, free_port

OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "about:blank")
KEYS = {"Tab": (9, ""), "Enter": (13, "\r")}
"""Their codes, and what they write."""
STARTS_WITHIN = 60
SHOWS_WITHIN = 60


class Page:
    """A page of the browser."""

    def __init__(self, connection: ClientConnection, width: int, height: int) -> None:
        self._connection, self._numbers = connection, count(1)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._tell("Emulation.setDeviceMetricsOverride", **size)

    def open(self, url: str) -> None:
        """Go to an address."""
        self._tell("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """The value of a script in the page."""
        return self._tell("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def wait_for(self, *texts: str) -> None:
        """Wait until the page shows all texts. Raises TimeoutError with what it shows."""
        ends = time.monotonic() + SHOWS_WITHIN
        while any(text not in (shown := str(self.run("document.body.innerText"))) for text in texts):
            if time.monotonic() > ends:
                raise TimeoutError(f"the page does not show {texts}: {shown}")
            time.sleep(0.3)

    def press(self, key: str) -> None:
        """Press a key, Tab or Enter."""
        code, text = KEYS[key]
        pressed = {"key": key, "code": key, "windowsVirtualKeyCode": code, "text": text}
        for kind in ("keyDown", "keyUp"):
            self._tell("Input.dispatchKeyEvent", type=kind, **pressed)

    def prefer(self, scheme: str) -> None:
        """Let it be dark or light."""
        self._tell("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, file: Path) -> None:
        """Write what it shows as PNG."""
        file.write_bytes(base64.b64decode(self._tell("Page.captureScreenshot", format="png")["data"]))

    def _tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(self._connection.recv(timeout=60))).get("id") != number:
            pass
        found: dict[str, Any] = answer["result"]
        return found


@contextmanager
def browser(width: int, height: int) -> Iterator[Page]:
    """A page of a Chromium of its own, which ends with it. Raises ServerError where there is no Chromium."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise ServerError("taking pictures needs Chromium, of Debian: apt-get install chromium")
    port = free_port()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = (f"--remote-debugging-port={port}", f"--user-data-dir={profile}", *OPTIONS)
        process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with connect(_address(port), max_size=None) as connection:
                yield Page(connection, width, height)
        finally:
            process.terminate()
            process.wait(30)


def _address(port: int) -> str:
    """Where a new page of the browser listens, once it does. Raises ServerError."""
    ends = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            with urlopen(Request(f"http://127.0.0.1:{port}/json/new", method="PUT"), timeout=5) as answer:
                return str(json.load(answer)["webSocketDebuggerUrl"])
        except OSError as fault:
            if time.monotonic() > ends:
                raise ServerError(f"Chromium does not start: {fault}") from fault
            time.sleep(0.2)
