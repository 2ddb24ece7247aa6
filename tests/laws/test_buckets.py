"""How many buckets there are changes where rows are, and nothing else."""

import pytest

from pipelines.log.events import Log
from pipelines.policy import Policy
from pipelines.projections import Projection
from pipelines.relations import load_relations
from pipelines.runs.extraction import extract
from pipelines.runs.frames import frame_of
from pipelines.runs.materialize import materialize_buckets, materialize_frame
from pipelines.runs.publishing import projections
from pipelines.runs.staged import BuildContext, buckets_for, portions_for
from pipelines.storage import datafiles, delta
from pipelines.views import load_views
from tests.laws.worlds import land_events, together


@pytest.fixture(scope="module")
def landed(engine, new_lake, histories):
    lake = new_lake()
    land_events(lake, engine, together(histories))
    return lake


def staged_in(buckets, portions, lake, engine, policy):
    """Every relation and view, staged in so many buckets, whose events come in so many portions."""
    made, at = {}, BuildContext(lake, engine, policy, buckets, 1 << 30)
    extracts = {one.name: one for projection in projections().values() for one in projection.extracts}
    log = Log(tuple(delta.sizes(lake.log, delta.find(lake.log))))
    to, frames = f"{lake.root}/extracted-{buckets}-{portions}", {}
    extracted = extract(engine, log, list(extracts.values()), buckets, to, portions)
    for kind, loaded in (("relation", load_relations()), ("view", load_views())):
        for name, projection in loaded.items():
            place = f"{lake.root}/{kind}-{name}-{buckets}-{portions}"
            if isinstance(projection, Projection):
                staged = materialize_frame(projection, frames, place, at)
            else:
                relations = {read: made["relation", read].ranges for read in projection.reads if read != "events"}
                staged = materialize_buckets(projection, relations, place, at, extracted)
            made[kind, name] = staged
            if kind == "relation":
                frames[name] = frame_of(
                    engine.session, engine.slots, staged.table, [file.place for file in staged.ranges]
                )
    return made


@pytest.mark.parametrize("policy", [Policy(), Policy(cap=3, own_posts=False, replies="all")], ids=str)
def test_many_buckets_hold_the_rows_of_one(landed, engine, policy):
    one, many = (staged_in(buckets, 1, landed, engine, policy) for buckets in (1, 8))
    for staged in one.values():
        assert len(staged.files) == 1
    for name, staged in many.items():
        assert (staged.rows, staged.content_hash) == (one[name].rows, one[name].content_hash), name
        assert len(staged.files) == (7 if staged.table.bucket_by else 1)  # no id is a multiple of 8
        for file in staged.ranges if staged.table.bucket_by else ():
            ids = datafiles.read(file.place, [staged.table.bucket_by])[0].to_pylist()
            assert {value % 8 for value in ids} == {file.bucket}


def test_in_however_many_portions_events_come_the_rows_are_the_same(landed, engine):
    at_once, in_portions = (staged_in(2, portions, landed, engine, Policy()) for portions in (1, 3))
    for name, staged in in_portions.items():
        assert (staged.rows, staged.content_hash) == (at_once[name].rows, at_once[name].content_hash), name
        assert [file[:3] for file in staged.ranges] == [file[:3] for file in at_once[name].ranges], name


@pytest.mark.parametrize(("events", "portions"), [(0, 1), (1, 1), (4 << 21, 1), ((4 << 21) + 1, 2), (13 << 21, 4)])
def test_a_portion_has_as_many_events_as_a_task_can_hold(events, portions):
    assert portions_for(events, 4, 1 << 30) == portions


@pytest.mark.parametrize(
    ("events", "buckets"), [(0, 1), (1, 1), (1 << 20, 1), ((1 << 20) + 1, 2), (5 << 20, 8), (30_000_000, 32)]
)
def test_a_bucket_is_for_about_a_million_events(events, buckets):
    assert buckets_for(events, 1 << 30) == buckets
