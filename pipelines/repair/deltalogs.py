"""The Delta logs of a lake's tables: what a power loss left half written is set aside."""

from pipelines.landing.naming import APPLICATION as IDENTITIES
from pipelines.landing.quarantine import APPLICATION as QUARANTINE
from pipelines.log.certificate import APPLICATION as LANDINGS
from pipelines.log.erasing import APPLICATION as ERASURES
from pipelines.releases.records import APPLICATION as RELEASES
from pipelines.runs.publishing import place_of, projections
from pipelines.storage.lake import Lake
from pipelines.storage.repair import repair as repair_table


def set_aside(lake: Lake) -> list[str]:
    """Make every table readable again; what was wrong, file by file. Raises DamagedLog for what cannot be."""
    applications = {
        lake.log: LANDINGS,
        lake.quarantine: QUARANTINE,
        lake.identities: IDENTITIES,
        lake.erasures: ERASURES,
        lake.releases: RELEASES,
        **{place_of(lake, name): RELEASES for name in projections()},
    }
    with lake.scratch():  # from now on, maintenance takes no commits away in whose stead a newer checkpoint serves
        return [told for place, application in applications.items() for told in repair_table(place, application)]
