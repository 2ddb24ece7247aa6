"""`newsfeed diff`: what came, went and changed between two releases."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import options, show
from pipelines.cli.tables import Column
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from pipelines.reading.comparing import Comparison
    from pipelines.reading.reader import Reader
    from pipelines.storage.query import Result

COLUMNS = (
    Column("view"),
    Column("came", "number"),
    Column("went", "number"),
    Column("changed", "number"),
    Column("unchanged", "number"),
)
Number = Annotated[int, typer.Argument(min=1, max=options.MOST, help="A release by number.")]


def diff(
    before: Number,
    after: Number,
    view: Annotated[str | None, typer.Argument(help="A view, whose rows are shown.")] = None,
    root: options.Root = options.ROOT,
    user: Annotated[str | None, typer.Option("--user", help="Just the rows of a user: an id or @username.")] = None,
    to: Annotated[str | None, typer.Option(help="Write the rows to FILE.parquet, FILE.csv or FILE.jsonl.")] = None,
    limit: options.Rows = None,
    vertical: options.Vertical = False,
    json: options.AsJson = False,
    ids_as_strings: options.IdsAsStrings = False,
) -> None:
    """Show how many rows of each view came, went and changed from one release to another; of a view, these rows.

    A row that changed is shown as it was and as it is. Positions in a newsfeed, or among notifications, are shown and
    not compared: each entry that comes moves all below it.

    Example: newsfeed diff 1 2 newsfeed --user @Jan24189
    """
    from pipelines.cli import results
    from pipelines.reading.comparing import Comparison
    from pipelines.reading.reader import Reader
    from pipelines.storage.lake import Lake
    from pipelines.storage.query import Result

    if to is not None and view is None:
        raise UsageError("--to: expected a view, whose rows are written")
    lake = Lake.at(root)
    sides = Reader.of(lake, before), Reader.of(lake, after)
    compared = Comparison(*sides, None if user is None else _id(sides, user))
    if view is None:
        _tell_counts(compared, as_json=json)
        return
    result = Result(compared.schema(view), compared.rows(view))
    if to is not None:
        rows = _write(to, result, ids_as_strings=ids_as_strings)
        print(f"{show.counted(rows, 'row')} of {view}, from release {before} to release {after}, in {to}")
    elif json:
        results.as_json(result, limit, ids_as_strings=ids_as_strings)
    elif vertical:
        results.records(result, limit)
    else:
        results.table(result, limit)


def _write(to: str, result: "Result", *, ids_as_strings: bool) -> int:
    """Write rows to a file; how many."""
    from pipelines.reading.exporting import write_rows

    return write_rows(to, result.schema, result.batches, ids_as_strings=ids_as_strings)


def _id(sides: "tuple[Reader, Reader]", user: str) -> int:
    """The id of a user, whom either release may not have; by the names of the later of the two, then of the other."""
    from pipelines.reading.users import UnknownUser, find_user, id_of

    if not user.startswith("@"):
        return id_of(user)
    try:
        return find_user(sides[1], user)
    except UnknownUser:
        return find_user(sides[0], user)


def _tell_counts(compared: "Comparison", *, as_json: bool) -> None:
    found = [compared.counts(view) for view in compared.views()]
    if as_json:
        show.as_json([asdict(one) for one in found])
        return
    numbers = ((one.came, one.went, one.changed, one.unchanged) for one in found)
    rows = [
        (one.view, *("–" if number is None else f"{number:,}" for number in some))
        for one, some in zip(found, numbers, strict=True)
    ]
    show.table(rows, COLUMNS)
