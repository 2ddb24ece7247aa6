"""An erasure that is killed anywhere goes on when it is done again, and until then `status` says so.

By default some points are tried, drawn by `SEED`; `ORDERS=500 pytest tests/erasing` tries all.
"""

from random import Random

from pipelines.erasing.erase import erase
from pipelines.log.erasures import erasures
from pipelines.reading.inspection import status_of
from tests.adapters.bluesky import ADA
from tests.erasing.worlds import FOREIGN, MARK, PERSON, rows_of_log, told
from tests.landing.lines import quarantined, rows_of
from tests.orders.conftest import ORDERS
from tests.releases.worlds import contents

KILLS = [
    ("commit", 1, "before"),
    ("commit", 1, "after"),
    ("file", 3, "after"),
    ("commit", 2, "before"),
    ("commit", 2, "after"),
    ("commit", 3, "after"),
    ("commit", 4, "after"),
    ("commit", 6, "after"),
    ("record", 1, "before"),
    ("record", 1, "after"),
    ("remove", 1, "after"),
    ("remove", 9, "before"),
    ("checkpoint", 1, "after"),
]


def left(lake):
    """What an erasure leaves, but for its own records."""
    rows = {
        name: {key: value for key, value in row.items() if key != "landing"} for name, row in rows_of_log(lake).items()
    }
    return rows, quarantined(lake), rows_of(lake.identities, "id"), contents(lake)


def test_killed_anywhere_it_goes_on(before, erased, copy, killed, engine, seed):
    for kill in Random(seed).sample(KILLS, min(len(KILLS), 3 * ORDERS)):
        killed_at(kill, copy(before), erased[0], killed, engine)


def killed_at(kill, lake, undisturbed, killed, engine):
    killed(lake, "erase", kill, users=[PERSON, FOREIGN])
    begun = kill != ("commit", 1, "before")
    assert status_of(lake)["erasing"] == ([PERSON, FOREIGN] if begun else [])
    erase(lake, engine, [PERSON, FOREIGN], "ticket 1")
    assert list(told(lake, MARK, ADA)) == []
    assert left(lake) == left(undisturbed), kill
    assert [one.step for one in erasures(lake).records] == ["begun", "begun", "finished", "finished"]
    assert erasures(lake).broken() is None
