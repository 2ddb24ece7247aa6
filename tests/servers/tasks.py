"""What tests have done by an engine of another process, which finds these functions by the name of their module."""

import pytest

from pipelines.landing.land import land
from pipelines.projections import Projection
from pipelines.relations.standing import standing_posts
from pipelines.runs.run import run
from pipelines.views import posts
from tests.laws.worlds import in_small_files, land_events

MEMORY = 1 << 21
"""So little that there are some buckets."""


def land_and_run(engine, lake, events):
    """How a run made the tables after a landing, in small files and some buckets."""
    with pytest.MonkeyPatch.context() as patch:
        in_small_files(patch, 100)
        land_events(lake, engine, events)
        return set(run(lake, engine, memory=MEMORY).modes.values())


def land_run_and_frame(engine, lake, source):
    """Why a run makes a view again that a DataFrame makes, after a landing and a run."""
    land(lake, engine, [source])
    run(lake, engine)
    framed = Projection(posts.POSTS, posts.VIEW.reads, _standing, version=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posts, "VIEW", framed)
        return run(lake, engine).reason


def _standing(frames):
    return standing_posts(frames).select(*posts.POSTS.names)


def run_and_tell(engine, lake, told):
    """A run that writes its steps to a file."""
    with told.open("a") as file:
        run(lake, engine, memory=MEMORY, progress=lambda step, _: print(step, file=file, flush=True))
