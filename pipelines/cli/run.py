"""`newsfeed run`: publish the next release."""

from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli import options, show
from pipelines.cli.tables import Column
from pipelines.cli.working import Working, working
from pipelines.errors import UsageError
from pipelines.policy import REPLIES

if TYPE_CHECKING:
    from pipelines.log.late import Late
    from pipelines.runs.preview import Step
    from pipelines.runs.run import Run
    from pipelines.storage.lake import Lake


Rebuild = Annotated[bool, typer.Option("--rebuild", help="Compute even when nothing changed.")]
Cap = Annotated[int | None, typer.Option(min=1, max=options.MOST, help="The most entries of a newsfeed; remembered.")]
Replies = Annotated[
    str | None, typer.Option(help="Which replies of followees to show: followed, all or none; remembered.")
]
OwnPosts = Annotated[
    bool | None, typer.Option("--own-posts/--no-own-posts", help="Whether to show own posts; remembered.")
]
View = Annotated[str | None, typer.Option(help="Make just this view, of all its history up to the last release.")]
AcceptLog = Annotated[
    bool, typer.Option("--accept-log", help="Take the log as it is, though landings are gone from it.")
]
AllowEmpty = Annotated[bool, typer.Option("--allow-empty", help="Succeed when nothing landed yet.")]

ToPlan = Annotated[bool, typer.Option("--plan", help="Say what would be done, and about what it costs; do nothing.")]


def run(
    root: options.Root = options.ROOT,
    engine: options.Engine = options.ENGINE,
    rebuild: Rebuild = False,
    cap: Cap = None,
    replies: Replies = None,
    own_posts: OwnPosts = None,
    view: View = None,
    accept_log: AcceptLog = False,
    allow_empty: AllowEmpty = False,
    plan: ToPlan = False,
    memory: options.Memory = None,
    json: options.AsJson = False,
    verbose: options.Verbose = False,
    log_format: options.LogFormat = options.TEXT,
) -> None:
    """Publish a release: all views at once, of every event that landed; nothing when nothing is new.

    With --view: the last release again, with that view made anew. With --plan: what the same command would do.

    Example: newsfeed run --cap 200 --replies all
    """
    from pipelines.runs.planning import NothingLanded
    from pipelines.storage import delta
    from pipelines.storage.lake import Lake

    policy = _policy(cap, replies, own_posts)
    _require_alone(view, accept_log=accept_log, all_views=rebuild or bool(policy))
    asked = {"policy": policy, "rebuild": rebuild, "view": view, "accept_log": accept_log}
    lake = Lake.at(root)
    try:
        if plan:
            _tell_plan(lake, engine, memory, asked, as_json=json)
        else:
            with working(engine, memory, verbose=verbose) as work:
                done = publish(lake, work, asked)
            _tell(done, as_json=json)
    except NothingLanded as nothing:
        if not allow_empty or delta.find(lake.releases) is not None:
            raise
        _tell_nothing(str(nothing), as_json=json)


def publish(lake: "Lake", work: "Working", asked: dict[str, Any]) -> "Run":
    """Run as it is asked for, and keep what that measured."""
    from pipelines.cli import datasets, lineage, measured
    from pipelines.runs.run import run

    start = perf_counter()
    with lineage.told("run", datasets.log_of(lake)) as wrote:
        done = run(lake, work.engine, **asked, memory=work.memory, progress=work.progress)
        wrote.extend(datasets.released(lake, done))
    measured.of_run(lake, done, perf_counter() - start)
    return done


def _require_alone(view: str | None, *, accept_log: bool, all_views: bool) -> None:
    """Raise UsageError when one view is asked for with what concerns all of them."""
    if view is not None and all_views:
        raise UsageError("--view: expected no policy and no --rebuild beside it, all views have the same of both")
    if view is not None and accept_log:
        raise UsageError("--accept-log: expected no --view beside it, all views are made of what the log has")


def _policy(cap: int | None, replies: str | None, own_posts: bool | None) -> dict[str, Any]:
    """The parts of the policy that are given. Raises UsageError."""
    if replies is not None and replies not in REPLIES:
        raise UsageError(f"--replies: expected one of {', '.join(REPLIES)}, found {replies!r}")
    given = {"cap": cap, "replies": replies, "own_posts": own_posts}
    return {name: value for name, value in given.items() if value is not None}


def _tell_plan(lake: "Lake", engine: str, memory: str | None, asked: dict[str, Any], *, as_json: bool) -> None:
    """Say what a run that is asked for would do, on the engine of that name, which is not started."""
    from pipelines.cores import cores
    from pipelines.engines import open_engine
    from pipelines.memory import budget
    from pipelines.runs.plans import Request
    from pipelines.runs.preview import as_facts, preview

    size = budget(memory, cores())
    with open_engine(engine):
        found = preview(lake, Request(**asked), size)
    if as_json:
        show.as_json(as_facts(found))
        return
    if found.late:
        print(f"late         {show.counted(found.late, 'file')} that no landing brought would become a landing first")
    if found.reason is None:
        print(f"nothing new: release {found.release} would serve on")
        return
    print(f"release {found.release} would be made ({found.reason}), in about {found.seconds:,.1f} seconds")
    print(f"new events   {', '.join(f'{count:,} {kind}' for kind, count in found.events.items()) or 'none'}")
    print(f"log to read  {_megabytes(found.log)} MB")
    rows = [(one.table, str(one.mode), one.reason, _counted(one.owners), *_sizes(one)) for one in found.steps]
    headed = ("owners", "files read", "MB read", "files written", "MB written", "seconds")
    show.table(rows, (Column("table"), Column("how"), Column("why"), *(Column(name, "number") for name in headed)))


def _sizes(step: "Step") -> tuple[str, ...]:
    read = (f"{step.files_read:,}", _megabytes(step.read))
    return (*read, f"{step.files_written:,}", _megabytes(step.written), f"{step.seconds:.2f}")


def _counted(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"


def _tell_nothing(reason: str, *, as_json: bool) -> None:
    if as_json:
        show.as_json({"published": False, "reason": reason, "seconds": {}, "release": None})
    else:
        print(reason)


def _tell(done: "Run", *, as_json: bool) -> None:
    release = done.release
    if as_json:
        modes = {name: str(mode) for name, mode in done.modes.items()}
        facts = {"published": done.published, "reason": done.reason, "seconds": done.seconds, "modes": modes}
        late = None if done.late is None else vars(done.late)
        show.as_json({**facts, "reasons": done.reasons, "late": late, "release": release.as_dict()})
        return
    if done.late is not None:
        _tell_late(done.late)
    if not done.published:
        covered = show.counted(release.events, "event")
        print(f"{done.reason}: release {release.number} serves on, it covers all {covered}")
        return
    print(f"release {release.number} covers {show.counted(release.events, 'event')} ({done.reason})")
    rows = [(name, f"{table.rows:,}", *_made(done, name)) for name, table in release.tables.items()]
    show.table(rows, (Column("table"), Column("rows", "number"), Column("seconds", "number"), Column("how")))


def _tell_late(late: "Late") -> None:
    """Say what others had added to the log."""
    events, files = show.counted(late.events, "event"), show.counted(len(late.files), "file")
    left_out = f"; {show.counted(late.left_out, 'event')} left out, as their ids stand" if late.left_out else ""
    print(f"late: {events} of {files} that no landing brought, now landing {late.landing}{left_out}")


def _made(done: "Run", name: str) -> tuple[str, str]:
    """In how many seconds a table was made, and how; also why, where it was not as planned."""
    if name not in done.seconds:
        return "", "kept"
    how = str(done.modes[name])
    return f"{done.seconds[name]:.2f}", f"{how}: {done.reasons[name]}" if name in done.reasons else how
