"""`newsfeed erase`: take what is personal of a person out of the lake."""

from dataclasses import asdict
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli import logs, options, show
from pipelines.cli.tables import Column
from pipelines.cli.working import working
from pipelines.clock import moment
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from pipelines.erasing.preview import Foreseen
    from pipelines.log.erasures import Record
    from pipelines.storage.lake import Lake

COLUMNS = (
    Column("user", "number"),
    Column("erased (UTC)"),
    Column("events of up to"),
    Column("events", "number"),
    Column("lines", "number"),
    Column("names", "number"),
    Column("by"),
    Column("reason", "text"),
)


def erase(
    users: Annotated[
        list[str] | None, typer.Argument(metavar="[USER]...", help="Users' ids, or @username in upper or lower case.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why, as its record says for ever: a ticket, no name.")] = None,
    root: options.Root = options.ROOT,
    execute: Annotated[bool, typer.Option("--execute", help="Do it: without, nothing is changed.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Show the records of erasures instead.")] = False,
    engine: options.Engine = options.ENGINE,
    memory: options.Memory = None,
    json: options.AsJson = False,
    verbose: options.Verbose = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Show what erasing persons would do and cost; with --execute, do it. It cannot be undone.

    Names, bios and texts of all that they did so far go from the log, the quarantine, and all that is made of them, and
    so do older releases. What they did stays without them: whom they follow, that they posted. The same events landed
    again stay erased; what they do from now on is as of any other. A record of the erasure stays.

    Example: newsfeed erase 42 --reason 'ticket 1234' --execute
    """
    from pipelines.storage.lake import Lake

    if listed == bool(users):
        raise UsageError("USER: expected the users to erase, or --list alone")
    if users and not (reason or "").strip():
        raise UsageError("--reason: expected why they are erased, which the record of it says")
    lake = Lake.at(root)
    if listed:
        _list(lake, as_json=json)
    elif execute:
        _erase(lake, _ids(lake, users or []), reason or "", engine, memory, as_json=json, verbose=verbose)
    else:
        _show(lake, _ids(lake, users or []), as_json=json)


def _ids(lake: "Lake", users: list[str]) -> list[int]:
    """The ids of users, who are called by the names of the last release. Raises UsageError, UnknownUser."""
    from pipelines.reading.reader import Reader
    from pipelines.reading.users import find_user, id_of
    from pipelines.releases.release import require_lake

    require_lake(lake)
    return [find_user(Reader.of(lake), user) if user.startswith("@") else id_of(user) for user in users]


def _show(lake: "Lake", users: list[int], *, as_json: bool) -> None:
    from pipelines.erasing.preview import foresee

    found = foresee(lake, users)
    if as_json:
        persons = {str(user): asdict(one) for user, one in found.found.persons.items()}
        costs = {"files": found.files, "bytes": found.size, "events": found.events, "releases": found.releases}
        show.as_json({"executed": False, "persons": persons, "begun": found.begun, **costs})
    else:
        _tell(found)


def _tell(found: "Foreseen") -> None:
    for user, one in found.found.persons.items():
        begun = ", begun already" if user in found.begun else ""
        told = f"{sum(one.events.values()):,} of {show.counted(one.acts, 'event')} say something personal"
        print(f"user {user}{begun}: {told}")
        for kind, count in sorted(one.events.items()):
            print(f"  {count:>12,}  {kind}")
        if one.lines or one.names:
            print(f"  {show.counted(one.lines, 'line')} in quarantine, {show.counted(one.names, 'foreign name')}")
    print(f"written anew: {show.counted(found.files, 'file')} of the log, {show.counted(found.size, 'byte')}")
    if found.releases:
        print(f"made anew: the relations and views that it changes, of {show.counted(found.events, 'event')}")
        print(f"gone then: {_releases(found.releases)}, and all files that only they need")
    print("nothing was changed: --execute does it, and cannot be undone")


def _releases(numbers: tuple[int, ...]) -> str:
    first, last = numbers[0], numbers[-1]
    return f"release {first}" if first == last else f"releases {first} to {last}"


def _erase(
    lake: "Lake", users: list[int], reason: str, engine: str, memory: str | None, *, as_json: bool, verbose: bool
) -> None:
    from pipelines.erasing.erase import erase as erase_them

    start = perf_counter()
    with working(engine, memory, verbose=verbose) as at:
        done = erase_them(lake, at.engine, users, reason, memory=at.memory, progress=at.progress)
    facts = {"users": [one.user_id for one in done.records], "freed": done.freed, "release": done.release}
    logs.fact("erased", **facts, seconds=round(perf_counter() - start, 3))
    if as_json:
        show.as_json({"executed": True, **facts, "records": [_facts(one) for one in done.records]})
        return
    for one in done.records:
        events, some = show.counted(sum(one.counts.values()), "event"), show.counted(len(one.lines), "line")
        print(
            f"user {one.user_id} is erased: {events}, {some} in quarantine, {show.counted(one.names, 'foreign name')}"
        )
    if not done.records:
        print("nothing personal is left of them: nothing was changed")
        return
    serving = "" if done.release is None else f"release {done.release} serves, all before are gone; "
    print(f"{serving}{done.freed:,} bytes are free; the record stays: `newsfeed erase --list`")


def _list(lake: "Lake", *, as_json: bool) -> None:
    from pipelines.log.erasures import erasures
    from pipelines.releases.release import require_lake

    require_lake(lake)
    found = erasures(lake).records
    if as_json:
        show.as_json([_facts(one) for one in found])
        return
    rows = [
        (
            one.user_id,
            moment(one.recorded_at) if one.step == "finished" else "not finished",
            moment(one.until),
            f"{sum(one.counts.values()):,}",
            len(one.lines),
            one.names,
            one.who,
            one.reason,
        )
        for one in _last_of_each(found)
    ]
    if rows:
        show.table(rows, COLUMNS)
    else:
        print("nobody was erased")


def _last_of_each(records: "tuple[Record, ...]") -> "list[Record]":
    """Of each erasure the last record."""
    found: dict[tuple[int, int], Record] = {}
    for one in records:
        found[one.user_id, one.until] = one
    return list(found.values())


def _facts(one: "Record") -> dict[str, Any]:
    from json import loads

    times = {name: moment(getattr(one, name)) for name in ("until", "recorded_at")}
    return asdict(one) | times | {"events": one.counts, "certificate": loads(one.certificate)}
