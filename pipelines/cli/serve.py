"""`newsfeed serve`: answers over HTTP."""

from importlib.util import find_spec
from typing import Annotated

import typer

from pipelines.cli import options
from pipelines.cli.signals import told_to_end
from pipelines.errors import UsageError

NEEDED = ("fastapi", "httptools", "lmdb", "msgspec", "uvicorn", "uvloop")
LAST_PORT = 65_535


def serve(
    root: options.Root = options.ROOT,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=LAST_PORT, help="The port to listen at; 0 is any free one.")] = 8480,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Serve newsfeeds and the other views over HTTP, until TERM or an interrupt ends it.

    Example: newsfeed serve --port 8480
    """
    if any(find_spec(package) is None for package in NEEDED):
        raise UsageError("cannot serve: it needs the extra server: pip install 'newsfeed-pipelines[server]'")
    from pipelines.serving import server
    from pipelines.serving.app import create_app
    from pipelines.serving.reading import Reading
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    with server.listening(host, port) as listener, told_to_end() as is_told:
        print(f"serving {lake.root} at {server.url_of(listener)}", flush=True)
        server.serve(create_app(Reading(lake)), listener, is_told)
