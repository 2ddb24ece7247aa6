"""What there is in a lake: facts from the tables' own logs, without reading their rows."""

import json
from typing import Any

from pipelines.runner import releases
from pipelines.storage import delta, places
from pipelines.storage.lake import Lake
from pipelines.views import VIEWS


def status_of(lake: Lake) -> dict[str, Any]:
    """What landed, what is in quarantine, and the release that serves. Raises NoRelease where there is no lake."""
    if not places.exists(lake.root):
        raise releases.NoRelease(f"there is no lake at {lake.root}: land events there first")
    log, quarantine = delta.find(lake.log), delta.find(lake.quarantine)
    by_type = {} if log is None else _events_by_type(delta.said(log, "certificate_total"))
    found = releases.all_releases(lake)
    return {
        "root": lake.root,
        "landings": 0 if log is None else delta.number(log, "land"),
        "events": sum(by_type.values()),
        "events_by_type": by_type,
        "quarantined": 0 if quarantine is None else int(quarantine.count()),
        "release": _release(found[-1]) if found else None,
    }


def _events_by_type(certificate: str | None) -> dict[str, int]:
    if certificate is None:
        return {}
    return {kind: sum(count for count, _ in dates.values()) for kind, dates in json.loads(certificate).items()}


def _release(last: releases.Release) -> dict[str, Any]:
    return {
        "number": last.number,
        "released_at": last.released_at,
        "landing": last.landing,
        "events": last.events,
        "policy": last.policy.as_dict(),
        "rows": {view: last.tables[f"views/{view}"].rows for view in VIEWS if f"views/{view}" in last.tables},
    }
