"""`newsfeed check`: what each release must meet before it is published."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import logs, options, show
from pipelines.cli.tables import Column
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from pipelines.releases.expectations import Expectation, Found
    from pipelines.releases.release import Release
    from pipelines.storage.lake import Lake


def check(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE.sql]", help="A query over the views that must find no row.")
    ] = None,
    root: options.Root = options.ROOT,
    remove: Annotated[str | None, typer.Option("--remove", metavar="NAME", help="Take this check away.")] = None,
    json: options.AsJson = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Keep a query that must find no row, which each release is asked before it is published; without one, list all.

    A release of which it finds rows is not published, and the last one serves on.

    Example: newsfeed check no-nameless-users.sql
    """
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    if file is not None and remove is not None:
        raise UsageError("--remove: expected no file beside it")
    if remove is not None:
        _forget(lake, remove, as_json=json)
    elif file is not None:
        _keep(lake, file, as_json=json)
    else:
        _list(lake, as_json=json)


def _list(lake: "Lake", *, as_json: bool) -> None:
    from pipelines.releases.expectations import expectations
    from pipelines.releases.release import require_lake

    require_lake(lake)
    found = expectations(lake)
    if as_json:
        show.as_json([asdict(one) for one in found])
    elif found:
        rows = [(one.name, " ".join(one.sql.split())) for one in found]
        show.table(rows, (Column("check"), Column("must find no row", "text")))
    else:
        print("no checks: `newsfeed check FILE.sql` keeps one")


def _forget(lake: "Lake", name: str, *, as_json: bool) -> None:
    from pipelines.releases.expectations import forget

    forget(lake, name)
    logs.fact("check removed", check=name)
    if as_json:
        show.as_json({"removed": name})
    else:
        print(f"check {name} is taken away")


def _keep(lake: "Lake", file: str, *, as_json: bool) -> None:
    from pipelines.releases.expectations import keep, read_expectation

    one = read_expectation(file)
    said = keep(lake, one)
    logs.fact("check kept", check=one.name)
    if as_json:
        tried = {} if said is None else {"release": said[0].number, "rows": said[1].rows, "samples": said[1].samples}
        show.as_json({**asdict(one), **tried})
    else:
        print(f"check {one.name} is kept: each release is asked before it is published")
        _tell(one, said)


def _tell(one: "Expectation", said: "tuple[Release, Found] | None") -> None:
    """Tell what the last release says to it."""
    if said is None:
        print("nothing was released yet: the first run asks it")
        return
    last, found = said
    if not found.rows:
        print(f"release {last.number} meets it")
        return
    print(f"release {last.number} does not, {show.counted(found.rows, 'row')} found:")
    print("\n".join(map(show.cell, found.lines)))
    print("until that is mended, no run publishes")
