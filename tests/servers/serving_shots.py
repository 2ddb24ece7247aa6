"""The pictures of docs/serving.md, taken of pages of a server of a real network in a real browser."""

import sys
import tempfile
from pathlib import Path

from pipelines.cli import main as newsfeed
from pipelines.errors import NewsfeedError
from tests.servers.browser import Page, browser
from tests.serving.servers import Serving

PROJECT = Path(__file__).parents[2]
NETWORK = PROJECT / "data" / "ldbc-snb-test"
READER = "4398046511327"


def main() -> int:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder:
        root = str(Path(folder) / "lake")
        for part in ("snapshot", "update_streams"):
            if newsfeed(["land", str(NETWORK / part), "--format", "ldbc", "--root", root]) or newsfeed(
                ["run", "--root", root]
            ):
                return 1
        try:
            with Serving(root, "--store", "lake") as serving:
                serving.wait_until_ready()
                _take(f"http://127.0.0.1:{serving.port}/page")
        except (NewsfeedError, OSError) as fault:
            sys.stderr.write(f"error: {fault}\n")
            return 1
    return 0


def _take(pages: str) -> None:
    with browser(820, 760) as page:
        _shot(page, f"{pages}/users/{READER}/newsfeed", "serving-newsfeed.png", "Why do I see this?")
        _shot(page, f"{pages}/releases/2", "serving-release.png", "What its run took")
    with browser(390, 760) as page:
        page.prefer("dark")
        _shot(page, f"{pages}/users/{READER}", "serving-phone.png", "Timeline")


def _shot(page: Page, url: str, name: str, shown: str) -> None:
    page.open(url)
    page.wait_for(shown)
    page.picture(PROJECT / "docs" / name)


if __name__ == "__main__":
    sys.exit(main())
