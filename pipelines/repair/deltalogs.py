"""The Delta logs of a lake's tables: what a power loss left half written is set aside."""

from pipelines.events.log import ERASURES, IDENTITIES, LOG, PARTITION, QUARANTINE
from pipelines.landing.naming import APPLICATION as NAMED
from pipelines.landing.quarantine import APPLICATION as PUT
from pipelines.log.certificate import APPLICATION as LANDINGS
from pipelines.log.erasing import APPLICATION as ERASED
from pipelines.releases.records import APPLICATION as RELEASED
from pipelines.releases.records import RELEASES
from pipelines.runs.publishing import place_of, projections
from pipelines.storage.lake import Lake
from pipelines.storage.repair import Declared
from pipelines.storage.repair import repair as repair_table


def set_aside(lake: Lake) -> list[str]:
    """Make every table readable again; what was wrong, file by file."""
    declared = {
        lake.log: Declared(LOG, LANDINGS, (PARTITION,)),
        lake.quarantine: Declared(QUARANTINE, PUT),
        lake.identities: Declared(IDENTITIES, NAMED),
        lake.erasures: Declared(ERASURES, ERASED),
        lake.releases: Declared(RELEASES, RELEASED),
        **{place_of(lake, name): Declared(one.table, RELEASED) for name, one in projections().items()},
    }
    with lake.scratch():  # from now on, maintenance takes no commits away in whose stead a newer checkpoint serves
        return [told for place, one in declared.items() for told in repair_table(place, one)]
