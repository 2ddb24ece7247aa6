"""What a command read and wrote, as datasets: tables with their columns, sources by their places."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.landing.report import Landing
    from pipelines.releases.release import Release
    from pipelines.runs.rollback import RolledBack
    from pipelines.runs.run import Run
    from pipelines.storage.lake import Lake
    from pipelines.tables import Table

BARE = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "kafka"}
"""Schemes of object stores and of Kafka, where names have no slash before them."""


@dataclass(frozen=True)
class Dataset:
    """A place, its table's columns where it is a table, which version, and how many rows and bytes were written."""

    place: str
    table: "Table | None" = None
    version: str | None = None
    rows: int | None = None
    bytes: int | None = None

    @property
    def name(self) -> tuple[str, str]:
        """Its namespace and its name there, as OpenLineage names files and topics; other streams are named like these.

        Source: https://openlineage.io/docs/spec/naming.
        """
        scheme, found, rest = self.place.partition("://")
        if not found:
            return "file", self.place
        if scheme == "kinesis":
            stream, _, region = rest.partition("?region=")
            return f"kinesis://{region}", stream
        host, _, path = rest.partition("/")
        return f"{scheme}://{host}", path if scheme in BARE else f"/{path}"


def sources(named: Sequence[str]) -> list[Dataset]:
    """What a landing reads; standard input has no name."""
    from pipelines.storage import places

    return [Dataset(places.absolute(source)) for source in named if source != "-"]


def landed(lake: "Lake", landing: "Landing") -> list[Dataset]:
    """What a landing wrote: the log, and the quarantine where lines came to it."""
    from pipelines.events.log import LOG, QUARANTINE

    wrote = []
    if landing.number is not None:
        wrote.append(Dataset(lake.log, LOG, f"landing {landing.number}", landing.landed, landing.bytes))
    if landing.newly_quarantined:
        wrote.append(Dataset(lake.quarantine, QUARANTINE, rows=landing.newly_quarantined))
    return wrote


def log_of(lake: "Lake") -> list[Dataset]:
    """What a run reads."""
    from pipelines.events.log import LOG

    return [Dataset(lake.log, LOG)]


def quarantine_of(lake: "Lake") -> list[Dataset]:
    """What lines that are tried again are read from."""
    from pipelines.events.log import QUARANTINE

    return [Dataset(lake.quarantine, QUARANTINE)]


def released(lake: "Lake", done: "Run") -> list[Dataset]:
    """What a run wrote: the tables of the release that it published, each in its version."""
    return _tables(lake, done.release, done.seconds) if done.published else []


def releases_of(lake: "Lake") -> list[Dataset]:
    """What a rollback reads: which releases there are."""
    from pipelines.releases.records import RELEASES

    return [Dataset(lake.releases, RELEASES)]


def served_again(lake: "Lake", done: "RolledBack") -> list[Dataset]:
    """What serves since a rollback: all tables of the release, each in its version."""
    return _tables(lake, done.release, done.release.tables) if done.published else []


def _tables(lake: "Lake", release: "Release", names: Collection[str]) -> list[Dataset]:
    """Some tables of a release."""
    from pipelines.runs.publishing import place_of, projections

    declared = {name: projection.table for name, projection in projections().items()}
    return [
        Dataset(place_of(lake, name), declared.get(name), str(table.version), table.rows)
        for name, table in release.tables.items()
        if name in names
    ]
