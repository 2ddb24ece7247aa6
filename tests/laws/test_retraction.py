"""Law 5: what is undone where nothing stood before leaves no trace, and a deleted post leaves none anywhere."""

from random import Random

import pytest

from tests.laws.retractions import done_and_undone, posted_and_deleted, without_traces
from tests.laws.verdicts import require_same
from tests.laws.worlds import land_events, released


@pytest.mark.parametrize("more", [done_and_undone, posted_and_deleted], ids=lambda more: more.__name__)
def test_what_is_undone_leaves_no_trace(engine, new_lake, histories, plainly, plain_views, seed, more):
    def way(some):
        lake = new_lake()
        added = [event for base, events in some.items() for event in more(Random(seed + base), base, events)]
        Random(seed).shuffle(added)
        assert land_events(lake, engine, added).landed == len(added)
        return without_traces(released(lake, engine), plainly_of(some))

    def plainly_of(some):
        return plain_views if some is histories else plainly(some)

    def other(some):
        plain = plainly_of(some)
        return without_traces(plain, plain)

    require_same(histories, way, other)
