"""`newsfeed status`, `newsfeed metrics` and `newsfeed releases`: what there is."""

from datetime import datetime
from typing import Any

from pipelines.characters import printable
from pipelines.cli import options, show
from pipelines.cli.tables import Column

LISTED = (
    Column("release", "number"),
    Column("released at (UTC)"),
    Column("landings"),
    Column("events", "number"),
    Column("policy", "text"),
)
BACK = Column("rolls back to", "number")


def status(root: options.Root = options.ROOT, json: options.AsJson = False) -> None:
    """Show what landed, what is in quarantine, and which release serves.

    Example: newsfeed status --root data/lake
    """
    from pipelines.reading.inspection import status_of
    from pipelines.storage.lake import Lake

    facts = status_of(Lake.at(root))
    if json:
        show.as_json(facts)
    else:
        _tell(facts)


def metrics(root: options.Root = options.ROOT) -> None:
    """Print what there is, how fresh it is, what waits, and what the last landing and run took, for Prometheus.

    Example: newsfeed metrics > /var/lib/node_exporter/newsfeed.prom
    """
    from pipelines.reading.inspection import status_of
    from pipelines.reading.metrics import exposition, measured, metrics_of
    from pipelines.storage import measures
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    status = status_of(lake)
    landing = measures.find(lake, "landing", status["landings"]) or {}
    release = measures.find(lake, "release", (status["release"] or {}).get("number", 0)) or {}
    print(exposition([*metrics_of(status), *measured(landing, release)]), end="")


def _tell(facts: dict[str, Any]) -> None:
    print(f"lake        {facts['root']}")
    print(f"log         {show.counted(facts['events'], 'event')} in {show.counted(facts['landings'], 'landing')}")
    for event_type, count in facts["events_by_type"].items():
        print(f"  {count:>12,}  {event_type}")
    _tell_newest(facts["newest_event"])
    print(f"quarantine  {show.counted(facts['quarantined'], 'line')}")
    for name, stream in facts["streams"].items():
        print(f"stream      {printable(name)}{_state_of_stream(stream)}")
    for user in facts["erasing"]:
        print(f"erasing     user {user} is not finished: `newsfeed erase {user} --reason … --execute` goes on")
    release = facts["release"]
    if release is None:
        print("release     none yet: `newsfeed run` publishes the first one")
        return
    print(f"release     {release['number']}, {show.when(release['released_at'])} UTC, {_state(release)}")
    if release["rolls_back_to"] is not None:
        print(f"            with the rows of release {release['rolls_back_to']} again, by `newsfeed rollback`")
    _tell_newest(release["newest_event"])
    policy = release["policy"]
    own = "own posts" if policy["own_posts"] else "no own posts"
    print(f"policy      at most {policy['cap']} entries, {own}, replies: {policy['replies']}")
    for name, rows in release["rows"].items():
        print(f"  {rows:>12,}  {name}")


def _state_of_stream(stream: dict[str, Any]) -> str:
    """How far a stream is behind, where that is known, and how often it lost records."""
    behind, lost = stream.get("behind"), stream.get("lost")
    said = (
        ""
        if behind is None
        else f", {show.counted(behind, 'record')} behind when it was read {show.age(stream['read_at'])} ago"
    )
    return said + (f", which lost records {show.counted(len(lost), 'time')}" if lost else "")


def _tell_newest(time: datetime | None) -> None:
    """Tell of the newest event, and how old it is, where that is known."""
    if time is not None:
        print(f"            the newest event is of {show.when(time)} UTC, {show.age(time)} ago")


def _state(release: dict[str, Any]) -> str:
    """How the release stands to the log."""
    if release["gone"]:
        return str(release["gone"])
    behind = release["behind"]
    if behind == 0:
        return "up to date"
    waiting = release["waiting_events"]
    events = "" if waiting is None else f" with {show.counted(waiting, 'event')}"
    return f"{show.counted(behind, 'landing')}{events} behind: `newsfeed run`"


def releases(root: options.Root = options.ROOT, json: options.AsJson = False) -> None:
    """List all releases.

    Example: newsfeed releases --json
    """
    from pipelines.releases.expiries import expiry_of
    from pipelines.releases.release import all_releases
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    found = all_releases(lake)
    if json:
        show.as_json([release.as_dict() for release in found])
        return
    columns = (*LISTED, BACK) if any(release.rolls_back_to for release in found) else LISTED
    rows = [
        (
            release.number,
            release.released_at,
            f"1–{release.landing}",
            f"{release.events:,}",
            ", ".join(f"{name} {value}" for name, value in release.policy.as_dict().items()),
            release.rolls_back_to,
        )[: len(columns)]
        for release in found
    ]
    if rows:
        show.table(rows, columns)
        expiry = expiry_of(lake, found[0].number - 1) if found[0].number > 1 else None
        if expiry is not None:
            print(f"older ones, up to release {expiry.upto}, were {expiry}")
    else:
        print("nothing was released yet: `newsfeed run` publishes the first release")
