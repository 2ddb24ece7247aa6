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
    tokens: Annotated[str | None, typer.Option(help="A file of tokens, a line each; also NEWSFEED_TOKENS.")] = None,
    private: Annotated[bool, typer.Option("--private", help="Answer nobody without a token, here too.")] = False,
    rate: Annotated[float, typer.Option(min=0, help="Requests a second that a client may send; 0 is any.")] = 1000,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Serve newsfeeds and the other views over HTTP, until TERM or an interrupt ends it.

    Without a token, only this machine is answered, and nothing is taken.

    Example: newsfeed serve --port 8480
    """
    if any(find_spec(package) is None for package in NEEDED):
        raise UsageError("cannot serve: it needs the extra server: pip install 'newsfeed-pipelines[server]'")
    from pipelines.serving import server
    from pipelines.serving.app import create_app
    from pipelines.serving.reading import Reading
    from pipelines.serving.safety import Limits, Safety, tokens_of
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    safety = Safety.of(host, tokens_of(tokens), Limits(rate=rate), is_private=private)
    with server.listening(host, port) as listener, told_to_end() as is_told:
        print(f"serving {lake.root} at {server.url_of(listener)}", flush=True)
        server.serve(create_app(Reading(lake), safety), listener, is_told)
