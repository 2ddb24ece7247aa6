"""`newsfeed serve`: answers over HTTP."""

from contextlib import nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import options
from pipelines.cli.signals import told_to_end
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from pipelines.serving.intake.intake import Intake
    from pipelines.storage.lake import Lake

    Taken = AbstractContextManager[Intake | None]

NEEDED = ("fastapi", "httptools", "jinja2", "lmdb", "msgspec", "uvicorn", "uvloop")
LAST_PORT = 65_535
STORE = (
    "A store for all that no other one is for, or `lake`: the release's own files; lmdb:ROOT/serving.lmdb by default."
)


def serve(
    root: options.Root = options.ROOT,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=LAST_PORT, help="The port to listen at; 0 is any free one.")] = 8480,
    store: Annotated[str | None, typer.Option(help=STORE, envvar="NEWSFEED_STORE")] = None,
    feeds: Annotated[
        str | None, typer.Option(help="A store for newsfeeds and notifications.", envvar="NEWSFEED_FEEDS")
    ] = None,
    profiles: Annotated[
        str | None,
        typer.Option(help="A store for profiles, posts, follows and timelines.", envvar="NEWSFEED_PROFILES"),
    ] = None,
    search: Annotated[str | None, typer.Option(help="An index for /search: search:PATH.")] = None,
    tokens: Annotated[str | None, typer.Option(help="A file of tokens, a line each; also NEWSFEED_TOKENS.")] = None,
    private: Annotated[bool, typer.Option("--private", help="Answer nobody without a token, here too.")] = False,
    rate: Annotated[float, typer.Option(min=0, help="Requests a second that a client may send; 0 is any.")] = 1000,
    land_every: Annotated[str | None, typer.Option(help="Take events, and land them every 500ms, 10s or 5m.")] = None,
    run_every: Annotated[str | None, typer.Option(help="Publish a release of them every so often, too.")] = None,
    inbox: Annotated[str | None, typer.Option(help="Take events into this local folder instead of ROOT/inbox.")] = None,
    keep_done: Annotated[
        str | None, typer.Option(help="Keep what landed in the inbox's folder `done` for so long, 7d by default.")
    ] = None,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Serve newsfeeds and the other views over HTTP, until TERM or an interrupt ends it.

    Without a token, only this machine is answered, and nothing is taken. With --inbox alone, others land what is taken.
    Each release is published to the stores.

    Example: newsfeed serve --port 8480
    """
    if any(find_spec(package) is None for package in NEEDED):
        raise UsageError("cannot serve: it needs the extra server: pip install 'newsfeed-pipelines[server]'")
    from pipelines.serving import server
    from pipelines.serving.app import create_app
    from pipelines.serving.roles import reading_of
    from pipelines.serving.safety import Limits, Safety, tokens_of
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    taken = _taken(lake, inbox, land_every, run_every, keep_done)
    safety = Safety.of(host, tokens_of(tokens), Limits(rate=rate), is_private=private)
    reading = reading_of(lake, store, feeds=feeds, profiles=profiles, search=search)
    with server.listening(host, port) as listener, told_to_end() as is_told, taken as intake:
        print(f"serving {lake.root} at {server.url_of(listener)}", flush=True)
        app = create_app(reading, safety, intake, keeps=True, is_ending=is_told)
        server.serve(app, listener, is_told)


def _taken(
    lake: "Lake", inbox: str | None, land_every: str | None, run_every: str | None, keep_done: str | None
) -> "Taken":
    """What takes events, if any are to be taken. Raises UsageError."""
    from pipelines.serving.taking import WEEK, Pace, inbox_of, taking

    for option, given in (("--run-every", run_every), ("--keep-done", keep_done)):
        if given is not None and land_every is None:
            raise UsageError(f"{option}: expected --land-every beside it")
    if inbox is None and land_every is None:
        return nullcontext()
    land = None if land_every is None else options.seconds_of("--land-every", land_every)
    run = None if run_every is None else options.seconds_of("--run-every", run_every)
    keep = WEEK if keep_done is None else options.seconds_of("--keep-done", keep_done)
    return taking(lake, inbox_of(lake, inbox), Pace(land, run, keep))
