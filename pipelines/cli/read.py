"""`newsfeed feed`, `export`, `sql` and `path`: the views of a release."""

from typing import Annotated, Any

import typer

from pipelines.characters import printable
from pipelines.cli import options, past, show
from pipelines.errors import UsageError

View = Annotated[str, typer.Argument(help="A view, such as newsfeed.")]


def feed(
    user: options.User,
    root: options.Root = options.ROOT,
    limit: Annotated[int, typer.Option(min=1, max=options.MOST, help="How many entries.")] = 20,
    release: options.ReleaseNumber = None,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    json: options.AsJson = False,
    ids_as_strings: options.IdsAsStrings = False,
) -> None:
    """Show a user's newsfeed, newest first.

    Example: newsfeed feed @Jan24189 --limit 5
    """
    from pipelines.reading.reader import newsfeed
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    views = past.views_of(lake, release, as_of, known_at)
    entries = newsfeed(views, past.user_of(views, lake, user), limit)
    if json:
        show.as_json(entries, ids_as_strings=ids_as_strings)
        return
    print(f"newsfeed of {printable(user)}, {views.told}" + ("" if entries else ": it is empty"))
    for entry in entries:
        _tell(entry)


def _tell(entry: dict[str, Any]) -> None:
    reposted = f", reposted by {show.person(entry['reposter'], entry['reposter_id'])}" if entry["reposter_id"] else ""
    author = show.person(entry["author"], entry["author_id"])
    print(f"\n{entry['position']:>4}  {author} · {show.when(entry['entered_at'])}{reposted}")
    show.text(entry["text"])


def export(
    view: View,
    file: Annotated[str, typer.Argument(help="Where to: FILE.parquet, FILE.csv or FILE.jsonl.")],
    root: options.Root = options.ROOT,
    release: options.ReleaseNumber = None,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    engine: options.Engine = options.ENGINE,
    memory: options.Memory = None,
    ids_as_strings: options.IdsAsStrings = False,
) -> None:
    """Write a view to a file, sorted by its key; with --as-of, as the log makes it of what had happened then.

    Example: newsfeed export newsfeed newsfeed.parquet
    """
    from pipelines.reading.exporting import export_view, format_of
    from pipelines.storage.lake import Lake

    format_of(file)
    with past.whole_views(Lake.at(root), [view], release, as_of, known_at, engine, memory) as (reader, told):
        rows = export_view(reader, view, file, ids_as_strings=ids_as_strings)
    print(f"{show.counted(rows, 'row')} of {view}, {told}, in {file}")


def sql(
    query: Annotated[str, typer.Argument(help="SQL over the views, by their names.")],
    root: options.Root = options.ROOT,
    limit: options.Rows = None,
    vertical: options.Vertical = False,
    release: options.ReleaseNumber = None,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    engine: options.Engine = options.ENGINE,
    memory: options.Memory = None,
    json: options.AsJson = False,
    ids_as_strings: options.IdsAsStrings = False,
) -> None:
    """Query the views of a release with SQL; with --as-of, those that the log makes of what had happened then.

    On a terminal, texts are shortened and columns left out until a row has room, and what is not shown is counted.
    Elsewhere each row is a line, whole, with control characters as escapes; for programs there is --json. Columns of
    one name are told apart as id, id_1. In --json, times are in ISO 8601, intervals in words, bytes in hexadecimal
    digits, and decimals, NaN and Infinity are strings.

    Example: newsfeed sql "SELECT username, followers FROM profile ORDER BY followers DESC LIMIT 5"
    """
    from pipelines.cli import results
    from pipelines.storage.lake import Lake
    from pipelines.views import named_in

    if vertical and json:
        raise UsageError("--vertical: expected no --json beside it, which shows whole rows too")
    views = past.whole_views(Lake.at(root), named_in(query), release, as_of, known_at, engine, memory)
    with views as (reader, _):
        result = reader.result(query)
        if json:
            results.as_json(result, limit, ids_as_strings=ids_as_strings)
        elif vertical:
            results.records(result, limit)
        else:
            results.table(result, limit)


def path(
    view: View,
    root: options.Root = options.ROOT,
    release: options.ReleaseNumber = None,
    json: options.AsJson = False,
) -> None:
    """Print where a view is, and its version in a release, for other tools to read.

    Example: newsfeed path newsfeed --json
    """
    from pipelines.reading.reader import Reader
    from pipelines.storage.lake import Lake

    place, version = Reader.of(Lake.at(root), release).place(view)
    if json:
        show.as_json({"path": place, "version": version})
    else:
        print(f"{place} version {version}")
