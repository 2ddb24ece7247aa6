"""Law 6 once more: what is verified, repaired, rolled back and erased on Spark is what it is on Sail."""

from datetime import timedelta
from pathlib import Path

from pipelines.erasing.erase import erase
from pipelines.releases.release import last_release, release
from pipelines.repair import damage
from pipelines.repair.relanding import land_again
from pipelines.runs.rollback import roll_back_to
from pipelines.runs.run import run
from pipelines.storage import delta
from pipelines.verification import rebuild, sample
from tests.damage.test_repair import content, flip
from tests.laws.worlds import CLOCK, drawn, land_events, together

MEMORY = 1 << 28
DAMAGED = frozenset({"relations/follows", "views/newsfeed", "views/posts"})


def found(findings):
    """What is told of each table."""
    return [(one.table, one.rows, one.told) for one in findings]


def verified(engine, lake):
    """What is found of the last release."""
    last = last_release(lake)
    return found(rebuild.verify(lake, last, engine, MEMORY)), found(sample.verify(lake, last, sample.Sample(0.3)))


def mended(engine, lake, events):
    """What is told, and what is in the tables, from step to step."""
    parts, steps = (events[::2], events[1::2]), {}
    for number, part in enumerate(parts):
        land_events(lake, engine, part, CLOCK + timedelta(hours=number))
        run(lake, engine)
    steps["second"] = content(last_release(lake))
    for name in DAMAGED:
        flip(newest_file(lake, name))
    of = damage.of_tables(lake, last_release(lake))
    steps["damaged"] = frozenset(of)
    steps["repaired"] = content(run(lake, engine, damaged=frozenset(of)).release)
    steps["left"] = damage.of_tables(lake, last_release(lake))
    steps["verified"] = verified(engine, lake)
    sources = [str(path) for path in Path(lake.root).parent.glob(f"{Path(lake.root).name}-*.jsonl")]
    flip(newest_file(lake, "log"))
    again = land_again(lake, engine, damage.of_log(lake), {}, sources, "events")
    steps["landed again"] = (again.is_whole, again.landing.landed, again.landing.duplicates)
    steps["nothing new"] = run(lake, engine).reason
    steps["rolled back"] = content(roll_back_to(lake, 1).release) == content(release(lake, 1))
    steps["gone on"] = content(run(lake, engine).release)
    users = sorted({event["actor_id"] for event in parts[0]})[::3]
    steps["erased"] = [one.counts for one in erase(lake, engine, users, "the law").records]
    steps["without them"] = content(last_release(lake))
    steps["verified again"] = verified(engine, lake)
    return steps


def newest_file(lake, table):
    """The newest file of a table."""
    return max((Path(place) for place in delta.files(delta.find(f"{lake.root}/{table}"))), key=written_at)


def written_at(path):
    return path.stat().st_mtime_ns


def test_what_is_mended_on_spark_is_what_is_mended_on_sail(new_lake, engine, on_spark, seed):
    events = together(drawn(seed, 64))
    on_sail = mended(engine, new_lake(), events)
    assert (on_sail["damaged"], on_sail["left"]) == (DAMAGED, {})
    assert on_sail["second"] == on_sail["repaired"] == on_sail["gone on"]
    for step in ("verified", "verified again"):
        assert {told for some in on_sail[step] for _, _, told in some if "not compared" not in told} == {"same"}
    assert on_sail["landed again"][0]
    assert (on_sail["nothing new"], on_sail["rolled back"]) == ("nothing new", True)
    assert any(on_sail["erased"])
    assert on_sail["without them"] != on_sail["gone on"]
    assert on_spark(mended, new_lake(), events) == on_sail
