"""Which views a command reads: those of a release, or of a time."""

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.cli.options import time_of
from pipelines.cli.working import working
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pipelines.past.explaining import Explanation
    from pipelines.past.reader import PastReader
    from pipelines.reading.reader import Reader
    from pipelines.storage.lake import Lake


def views_of(lake: "Lake", release: int | None, as_of: str | None, known_at: str | None) -> "Reader | PastReader":
    """The views that options ask for. Raises UsageError, NoRelease, NoLog."""
    from pipelines.reading.reader import Reader

    times = _times(release, as_of, known_at)
    if times is None:
        return Reader.of(lake, release)
    from pipelines.past.reader import PastReader

    return PastReader.of(lake, *times)


def _times(release: int | None, as_of: str | None, known_at: str | None) -> "tuple[datetime, datetime | None] | None":
    """As of which time views are asked for, and as known at which; None where of a release. Raises UsageError."""
    if as_of is None:
        if known_at is not None:
            raise UsageError("--known-at: expected --as-of beside it")
        return None
    if release is not None:
        raise UsageError("--as-of: expected no --release beside it, which has its own time")
    return time_of("--as-of", as_of), None if known_at is None else time_of("--known-at", known_at)


@contextmanager
def whole_views(
    lake: "Lake",
    wanted: "Sequence[str]",
    release: int | None,
    as_of: str | None,
    known_at: str | None,
    engine: str,
    memory: str | None,
) -> "Iterator[tuple[Reader, str]]":
    """A reader of views, all rows of them, and what it reads in words; as of a time, these views are made of the log.

    Raises UsageError, UnknownView, NoRelease, NoLog.
    """
    from pipelines.reading.reader import Reader

    times = _times(release, as_of, known_at)
    if times is None:
        reader = Reader.of(lake, release)
        yield reader, reader.told
        return
    from pipelines.runs.rebuilding import Source, rebuilt
    from pipelines.views import VIEWS, unknown_view

    for view in wanted:
        if view not in VIEWS:
            raise unknown_view(view)
    source, tables = Source.as_of(lake, *times), [f"views/{view}" for view in wanted]
    with (
        working(engine, memory) as at,
        rebuilt(source, at.engine, at.memory, tables, at.progress) as made,
    ):
        yield Reader(made.lake, made.release()), source.log.told


def user_of(views: "Reader | PastReader", lake: "Lake", user: str) -> int:
    """The id of a user, who is called by the names of the last release. Raises UsageError, UnknownUser, NoRelease."""
    from pipelines.reading.reader import Reader
    from pipelines.reading.users import find_user, id_of, require_user

    if isinstance(views, Reader):
        return find_user(views, user)
    return require_user(views, find_user(Reader.of(lake), user) if user.startswith("@") else id_of(user))


def explained(views: "Reader | PastReader", reader_id: int, post_id: int) -> "Explanation":
    """Why a reader sees a post in the newsfeed of these views, or does not.

    Raises Disagreement, also where a release has it otherwise than the events that it covers say.
    """
    from pipelines.past.explaining import agreed, explain
    from pipelines.past.reader import PastReader
    from pipelines.reading.reader import Reader

    if not isinstance(views, Reader):
        return explain(views, reader_id, post_id)
    found = explain(PastReader.of_release(views.lake, views.release), reader_id, post_id)
    return agreed(found, views.of_ids("newsfeed", "reader_id", [reader_id]), views.told)
