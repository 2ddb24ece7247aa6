"""`newsfeed put`: a file into an inbox."""

from typing import Annotated

import typer

from pipelines.cli import logs, options, show


def put(
    file: Annotated[str, typer.Argument(help="A file, local or at a URL.")],
    to: Annotated[str, typer.Argument(help="A folder, local or a URL such as webhdfs://HOST:PORT/inbox, or a name.")],
    json: options.AsJson = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Put a file where it is to be landed from: all of it or nothing, and in place of no other.

    Example: newsfeed put events.jsonl webhdfs://namenode:9870/inbox/
    """
    from pipelines.storage.putting import put as put_file

    place, size, there = put_file(file, to)
    logs.fact("put", place=place, bytes=size, was_there=there)
    if json:
        show.as_json({"place": place, "bytes": size, "was_there": there})
    else:
        print(f"{place}: {show.counted(size, 'byte')}{', already there' if there else ''}")
