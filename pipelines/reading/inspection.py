"""What there is in a lake: facts from the tables' own logs, without reading their rows, and what landings measured."""

from datetime import datetime
from typing import Any

from pipelines.log.certificate import counted
from pipelines.log.continuity import OtherLog, covered, log_gone
from pipelines.log.erasures import erasures
from pipelines.log.landings import Landed, newest
from pipelines.releases.release import Release, last_release, require_lake
from pipelines.storage import delta, measures
from pipelines.storage.lake import Lake
from pipelines.views import VIEWS


def status_of(lake: Lake) -> dict[str, Any]:
    """What landed, what is in quarantine, and the release that serves. Raises NoLake."""
    require_lake(lake)
    log = delta.find(lake.log)
    landed = None if log is None else newest(lake.log, log)
    by_type = _events_by_type(landed)
    last = last_release(lake)
    return {
        "root": lake.root,
        "landings": 0 if landed is None else landed.number,
        "events": sum(by_type.values()),
        "events_by_type": by_type,
        "newest_event": None if landed is None else landed.newest_event,
        "quarantined": quarantined(lake),
        "streams": {}
        if landed is None
        else {name: {**at, **_seen(lake, name)} for name, at in landed.positions.items()},
        "erasing": [one.user_id for one in erasures(lake).unfinished],
        "release": None if last is None else _release(last) | _behind(lake, log, landed, last),
    }


def _seen(lake: Lake, stream: str) -> dict[str, Any]:
    """How many records a stream had behind those that had landed when it was last read, and when that was."""
    found = measures.find(lake, measures.STREAM, measures.of_stream(stream)) or {}
    try:
        behind, read_at = found["behind"], datetime.fromisoformat(found["read_at"])
        return {"behind": None if behind is None else int(behind), "read_at": read_at}
    except (KeyError, TypeError, ValueError):
        return {}


def quarantined(lake: Lake) -> int:
    """How many lines are in quarantine."""
    handle = delta.find(lake.quarantine)
    return 0 if handle is None else int(handle.count())


def _events_by_type(landed: Landed | None) -> dict[str, int]:
    """From the certificate that the last landing left."""
    total = (None if landed is None else landed.total) or {}
    return {kind: sum(count for count, _ in days.values()) for kind, days in sorted(total.items())}


def _behind(lake: Lake, log: delta.Handle | None, landed: Landed | None, last: Release) -> dict[str, Any]:
    """How many landings and events wait for the next release, how new the newest event is that one covers.

    And which landings it covers that are gone from the log; then the others are not known.
    """
    unknown = {"behind": None, "waiting_events": None, "newest_event": None}
    if log is None or landed is None:
        return unknown | {"gone": log_gone(lake.log, last)}
    try:
        before = covered(lake.log, log, last)
    except OtherLog as fault:
        return unknown | {"gone": str(fault)}
    return {
        "behind": landed.number - (0 if before is None else before.number),
        "waiting_events": None if landed.total is None else counted(landed.total) - (last.events if before else 0),
        "newest_event": None if before is None else before.newest_event,
        "gone": None,
    }


def _release(last: Release) -> dict[str, Any]:
    return {
        "number": last.number,
        "released_at": last.released_at,
        "landing": last.landing,
        "events": last.events,
        "rolls_back_to": last.rolls_back_to,
        "policy": last.policy.as_dict(),
        "rows": {view: last.tables[f"views/{view}"].rows for view in VIEWS if f"views/{view}" in last.tables},
    }
