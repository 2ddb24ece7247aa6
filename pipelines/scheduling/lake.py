"""What the lake says after a command, for the events of assets: read when a task runs."""

from typing import Any

from pipelines.scheduling.settings import SETTINGS


def waiting() -> dict[str, Any] | None:
    """What landed that no release covers yet, None when nothing waits."""
    from pipelines.reading.inspection import status_of
    from pipelines.storage import measures
    from pipelines.storage.lake import Lake

    lake = Lake.at(SETTINGS.root)
    status = status_of(lake)
    release, landing = status["release"] or {}, status["landings"]
    if not landing or (release and release["behind"] == 0):
        return None
    measured = measures.find(lake, "landing", landing) or {}
    return {
        "landing": landing,
        "events": status["events"],
        "waiting_events": release.get("waiting_events", status["events"]),
        "landed": measured.get("landed"),
        "quarantined": measured.get("quarantined"),
        "newest_event": _written(status["newest_event"]),
    }


def released() -> dict[str, dict[str, Any]]:
    """By view what the last release has of it: rows, hash, how it was made and in how many seconds, how fresh it is.

    Nothing when nothing was released yet.
    """
    from pipelines.releases.release import last_release
    from pipelines.storage import measures
    from pipelines.storage.lake import Lake
    from pipelines.views import VIEWS

    lake = Lake.at(SETTINGS.root)
    last = last_release(lake)
    if last is None:
        return {}
    measured = measures.find(lake, "release", last.number) or {}
    of_all = {"release": last.number, "landing": last.landing, "released_at": _written(last.released_at)}
    of_all |= {name: measured.get(name) for name in ("newest_event", "freshness_seconds")}
    modes, seconds = measured.get("modes", {}), measured.get("seconds_by_step", {})
    facts = {}
    for view in VIEWS:
        name = f"views/{view}"
        if name in last.tables:
            table = last.tables[name]
            facts[view] = {
                **of_all,
                "rows": table.rows,
                "content_hash": table.content_hash,
                "version": table.version,
                "made": modes.get(name, "kept") if name in seconds else "kept",
                "seconds": seconds.get(name, 0.0),
            }
    return facts


def verify_log() -> str:
    """That the log has all that landed, and that the release covers, every byte as it was written.

    Raises NotAsReleased, NoRelease.
    """
    from pipelines.releases.release import release
    from pipelines.storage.lake import Lake
    from pipelines.verification.findings import require_right
    from pipelines.verification.quick import verify_log as verify

    lake = Lake.at(SETTINGS.root)
    found = verify(lake, [release(lake)])
    require_right(lake.log, [found])
    return f"the log has all {found.rows:,} events that landed"


def verify_view(view: str) -> str:
    """Compare all bytes of a view with their checksums, and its rows and their hash with the release's record.

    Raises NotAsReleased, NoRelease.
    """
    from pipelines.releases.release import release
    from pipelines.storage.lake import Lake
    from pipelines.verification.findings import require_right
    from pipelines.verification.quick import verify_table

    lake = Lake.at(SETTINGS.root)
    last = release(lake)
    found = verify_table(lake, f"views/{view}", last.tables[f"views/{view}"])
    require_right(f"release {last.number}", [found])
    return f"{view}: the {found.rows:,} rows of release {last.number}, every byte as it was written"


def _written(time: Any) -> str | None:
    return None if time is None else time.isoformat().replace("+00:00", "Z")
