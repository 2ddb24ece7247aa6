"""What the lake's own files say: its releases, its state, and why a post is where it is."""

from itertools import islice
from typing import Any

from pipelines.landing.quarantine import rows_of
from pipelines.past.explaining import agreed, explain
from pipelines.past.reader import PastReader
from pipelines.past.telling import as_facts
from pipelines.reading.comparing import Comparison
from pipelines.reading.inspection import quarantined, status_of
from pipelines.reading.metrics import exposition, measured, metrics_of
from pipelines.reading.reader import Reader, people
from pipelines.releases.release import NoLake, all_releases
from pipelines.serving.answers import user_of
from pipelines.serving.reading import Reading
from pipelines.storage import measures
from pipelines.storage.lake import Lake

Facts = dict[str, Any]
COLUMNS = ("source", "line_number", "byte_offset", "raw", "faults")
BYTES = 400
"""How many bytes are shown of a line in quarantine."""
OWN = "root"
"""What of a lake's state is none of a client's business: where its files are."""


def releases(lake: Lake) -> Facts:
    """All releases that are kept. Raises NoLake."""
    return {"releases": [one.as_dict() for one in all_releases(lake)]}


def status(lake: Lake) -> Facts:
    """What landed, what is in quarantine, and the release that serves. Raises NoLake."""
    return {name: fact for name, fact in status_of(lake).items() if name != OWN}


def explained(reading: Reading, user: str, post_id: int, number: int | None) -> Facts:
    """Why a post is in the newsfeed of a release, or is not. Raises NoRelease, Disagreement."""
    reader_id, number = reading.ask(lambda views: (user_of(views, user), views.stored.release), number)
    reader = Reader.of(reading.lake, number)
    found = explain(PastReader.of_release(reading.lake, reader.release), reader_id, post_id)
    served = reader.of_ids("newsfeed", "reader_id", [reader_id])
    return {"release": number, **as_facts(agreed(found, served, reader.told))}


def explained_with_names(reading: Reading, user: str, post_id: int, number: int | None) -> Facts:
    """The same, with the names of those whom it names, by id. Raises NoRelease, Disagreement."""
    found = explained(reading, user, post_id, number)
    said = [one for name in ("reasons", "gone", "hidden", "missing") for one in found[name]]
    ids = {one["user_id"] for reason in said for one in (reason, *reason.get("lacks", ()))} - {None}
    names = reading.ask(lambda views: people(views, ids | {found["reader_id"]}), found["release"])
    return found | {"people": names}


def account(lake: Lake) -> Facts:
    """All releases that are kept, the last one first, the lake's state, and what each step of the last run took."""
    known = sorted(all_releases(lake), key=lambda one: one.number, reverse=True)
    last = known[0].number if known else 0
    return {"releases": known, "status": status(lake), "last": last, "cost": cost(lake, last)}


def cost(lake: Lake, number: int) -> dict[str, float]:
    """The seconds of each step of the run that published a release, in order; none where no record of it is kept."""
    found = measures.find(lake, "release", number) or {}
    return {str(step): float(seconds) for step, seconds in found.get("seconds_by_step", {}).items()}


def changed(lake: Lake, number: int, since: int | None = None) -> Facts:
    """A release, and how many rows of each view differ from another one, by default the one before that is kept.

    Raises NoRelease.
    """
    after = Reader.of(lake, number)
    before = since or max((one.number for one in all_releases(lake) if one.number < number), default=None)
    facts = {"one": after.release, "before": before, "cost": cost(lake, number)}
    if before is None:
        return facts | {"counts": []}
    compared = Comparison(Reader.of(lake, before), after)
    return facts | {"counts": [compared.counts(view) for view in compared.views()]}


def quarantine(lake: Lake, limit: int) -> Facts:
    """The lines in quarantine, of the newest landing first, with their faults; how many there are. Raises NoLake."""
    rows = (row for batch in rows_of(lake, COLUMNS) for row in batch.to_pylist())
    return {"count": quarantined(lake), "rows": [_line(row) for row in islice(rows, limit)]}


def _line(row: Facts) -> Facts:
    """A line as it is shown: the beginning of its bytes, and the name of its source without where that is."""
    raw = row["raw"]
    told = None if raw is None else raw[:BYTES].decode("utf-8", "replace")
    return {**row, "source": row["source"].rstrip("/").rpartition("/")[2], "raw": told}


def lake_metrics(lake: Lake) -> str:
    """What there is in a lake, and what its last landing and run took, as text for Prometheus; nothing of no lake."""
    try:
        facts = status_of(lake)
    except NoLake:
        return ""
    landing = measures.find(lake, "landing", facts["landings"]) or {}
    release = measures.find(lake, "release", (facts["release"] or {}).get("number", 0)) or {}
    return exposition([*metrics_of(facts), *measured(landing, release)])
