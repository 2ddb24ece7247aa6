"""`newsfeed find` and `newsfeed user`: people."""

from typing import Annotated, Any

import typer

from pipelines.characters import printable
from pipelines.cli import options, past, show
from pipelines.cli.tables import Column, shortened

QUOTED = 61
"""The cells of a terminal that a quoted text takes at most."""
FOUND = (
    Column("name", "text"),
    Column("username", "text"),
    Column("id", "number"),
    Column("followers", "number"),
    Column("found by"),
)
DONE = {
    "followed": "followed you",
    "liked": "liked your post",
    "reposted": "reposted your post",
    "replied": "replied to you",
    "mentioned": "mentioned you",
}


def find(
    prefix: Annotated[str, typer.Argument(help="What a name begins with; @… looks at usernames only.")],
    root: options.Root = options.ROOT,
    limit: Annotated[int, typer.Option(min=1, max=options.MOST, help="How many people.")] = 20,
    release: options.ReleaseNumber = None,
    json: options.AsJson = False,
    ids_as_strings: options.IdsAsStrings = False,
) -> None:
    """Find active users by username, first or last name, in upper or lower case.

    Example: newsfeed find jan
    """
    from pipelines.reading.reader import Reader
    from pipelines.reading.searching import find as search
    from pipelines.storage.lake import Lake

    found = search(Reader.of(Lake.at(root), release), prefix, limit + 1)
    if json:
        show.as_json(found[:limit], ids_as_strings=ids_as_strings)
        return
    if not found:
        print(f"nobody is called {printable(prefix)}…")
        return
    show.table([_row(one) for one in found[:limit]], FOUND)
    if len(found) > limit:
        print("… and more: --limit shows them")


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    name = " ".join(part for part in (one["first_name"], one["last_name"]) if part)
    username = f"@{one['username']}" if one["username"] else ""
    matched = ", ".join(field.replace("_", " ") for field in one["matched"])
    return name, username, str(one["user_id"]), f"{one['followers']:,}", matched


def user(
    user: options.User,
    root: options.Root = options.ROOT,
    limit: Annotated[
        int, typer.Option(min=1, max=options.MOST, help="How many posts, and how many notifications.")
    ] = 5,
    release: options.ReleaseNumber = None,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    json: options.AsJson = False,
    ids_as_strings: options.IdsAsStrings = False,
) -> None:
    """Show a user's profile, newest posts and notifications.

    Example: newsfeed user @Jan24189
    """
    from pipelines.reading.people import page
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    views = past.views_of(lake, release, as_of, known_at)
    found = page(views, past.user_of(views, lake, user), limit)
    if json:
        show.as_json(found, ids_as_strings=ids_as_strings)
        return
    _tell_profile(found["profile"], views.told)
    print("\nnewest posts" + ("" if found["posts"] else ": none"))
    for number, post in enumerate(found["posts"], start=1):
        _tell_post(number, post)
    print("\nnotifications" + ("" if found["notifications"] else ": none"))
    for notice in found["notifications"]:
        _tell_notice(notice)


def _tell_profile(profile: dict[str, Any], when: str) -> None:
    print(f"{show.person(profile, profile['user_id'])} · id {profile['user_id']}, {when}")
    if profile["bio"]:
        show.text(profile["bio"])
    joined = "never registered" if profile["joined_at"] is None else f"joined {show.when(profile['joined_at'])}"
    state = "" if profile["is_active"] else " · deactivated"
    print(f"{joined} · last active {show.when(profile['last_active_at'])}{state}")
    counts = (("followers", "follower"), ("followees", "followee"), ("posts", "post"))
    told = [show.counted(profile[column], noun) for column, noun in counts]
    print(" · ".join([*told, show.counted(profile["likes_received"], "like received", "likes received")]))


def _tell_post(number: int, post: dict[str, Any]) -> None:
    kind = {
        "post": "",
        "reply": ", a reply",
        "repost": f", reposted from {show.person(post['author'], post['author_id'])}",
    }
    print(f"\n{number:>4}  {show.when(post['entered_at'])}{kind[post['kind']]}")
    show.text(post["text"])


def _tell_notice(notice: dict[str, Any]) -> None:
    """One line in words, such as: Ann Lee @ann liked your post "Hello"."""
    written = printable(" ".join((notice["text"] or "").split()))
    quoted = shortened(written, QUOTED)
    actor = show.person(notice["actor"], notice["actor_id"])
    words = f"{actor} {DONE[notice['kind']]}" + (f': "{quoted}"' if quoted else "")
    print(f"      {show.when(notice['notified_at'])}  {words}")
