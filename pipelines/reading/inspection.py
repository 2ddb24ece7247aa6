"""What there is in a lake: facts from the tables' own logs, without reading their rows."""

import json
from typing import Any

from pipelines.releases.release import Release, all_releases, require_lake
from pipelines.storage import delta
from pipelines.storage.lake import Lake
from pipelines.views import VIEWS


def status_of(lake: Lake) -> dict[str, Any]:
    """What landed, what is in quarantine, and the release that serves. Raises NoLake."""
    require_lake(lake)
    log = delta.find(lake.log)
    by_type = {} if log is None else _events_by_type(log)
    found = all_releases(lake)
    return {
        "root": lake.root,
        "landings": 0 if log is None else delta.number(log, "land"),
        "events": sum(by_type.values()),
        "events_by_type": by_type,
        "quarantined": quarantined(lake),
        "release": _release(found[-1]) if found else None,
    }


def quarantined(lake: Lake) -> int:
    """How many lines are in quarantine."""
    handle = delta.find(lake.quarantine)
    return 0 if handle is None else int(handle.count())


def _events_by_type(log: delta.Handle) -> dict[str, int]:
    """From the certificate that the last landing left."""
    certificate = delta.commit_info(log, ("landing", str(delta.number(log, "land"))), "certificate_total") or "{}"
    return {kind: sum(count for count, _ in dates.values()) for kind, dates in json.loads(certificate).items()}


def _release(last: Release) -> dict[str, Any]:
    return {
        "number": last.number,
        "released_at": last.released_at,
        "landing": last.landing,
        "events": last.events,
        "policy": last.policy.as_dict(),
        "rows": {view: last.tables[f"views/{view}"].rows for view in VIEWS if f"views/{view}" in last.tables},
    }
