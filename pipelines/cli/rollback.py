"""`newsfeed rollback`: take back a release that was wrong."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli import logs, options, show

if TYPE_CHECKING:
    from pipelines.releases.release import Release

STAYS = (
    "so that it stays, mend what is wrong before the next run, in the code, in the policy, or by events that correct\n"
    "it; `newsfeed check FILE.sql` keeps a query that stops each release that is wrong in the same way"
)


def rollback(
    release: Annotated[int, typer.Argument(min=1, max=options.MOST, help="The release that is to serve again.")],
    root: options.Root = options.ROOT,
    json: options.AsJson = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Serve an earlier release again, as a new one; nothing of the log is changed.

    Example: newsfeed rollback 3
    """
    from pipelines.cli import datasets, lineage
    from pipelines.reading.inspection import status_of
    from pipelines.runs.rollback import roll_back_to
    from pipelines.storage.lake import Lake

    lake = Lake.at(root)
    with lineage.told("rollback", datasets.releases_of(lake)) as wrote:
        done = roll_back_to(lake, release)
        wrote.extend(datasets.served_again(lake, done))
    logs.fact("rolled back", release=done.release.number, to=done.release.rolls_back_to, published=done.published)
    state = status_of(lake)["release"]
    if json:
        waiting = {name: state[name] for name in ("behind", "waiting_events", "gone")}
        show.as_json({"published": done.published, "release": done.release.as_dict(), **waiting})
    elif done.published:
        _tell(done.release, state)
    else:
        print(f"release {done.release.number} has the rows of release {release} already: it serves on")


def _tell(made: "Release", state: dict[str, Any]) -> None:
    covered = f"{show.counted(made.events, 'event')} in {show.counted(made.landing, 'landing')}"
    print(f"release {made.number} serves the rows of release {made.rolls_back_to} again, of {covered}")
    if state["gone"] is not None:
        print(state["gone"])
    elif state["behind"]:
        waiting = state["waiting_events"]
        events = "" if waiting is None else f" with {show.counted(waiting, 'event')}"
        print(f"{show.counted(state['behind'], 'later landing')}{events} wait: `newsfeed run` would publish them again")
        print(STAYS)
