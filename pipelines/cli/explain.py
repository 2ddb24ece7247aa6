"""`newsfeed explain`: why a post is in a newsfeed, or is not."""

from typing import Annotated

import typer

from pipelines.cli import because, options, past, show

MOST = 2**63 - 1


def explain(
    user: options.User,
    post: Annotated[int, typer.Argument(min=1, max=MOST, help="A post's id.")],
    root: options.Root = options.ROOT,
    release: options.ReleaseNumber = None,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    json: options.AsJson = False,
    ids_as_strings: options.IdsAsStrings = False,
) -> None:
    """Say why a post is in a user's newsfeed, or is not, with the events that decide.

    Example: newsfeed explain @Jan24189 1236950581249
    """
    from pipelines.past.telling import as_facts
    from pipelines.reading.reader import people
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    views = past.views_of(lake, release, as_of, known_at)
    found = past.explained(views, past.user_of(views, lake, user), post)
    if json:
        show.as_json({"of": views.told, **as_facts(found)}, ids_as_strings=ids_as_strings)
        return
    known = people(views, because.named(found))
    print("\n".join(because.lines(found, views.told, known)))
