"""The real lines, landed and run on an engine."""

import json
from pathlib import Path

from pipelines.landing import land as landing
from pipelines.runs.run import run
from tests.adapters.bluesky import create
from tests.adapters.conftest import JULY
from tests.landing.lines import file_of

SAMPLE = Path(__file__).parents[2] / "data" / "jetstream-sample" / "events.jsonl"
LINES = [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()]


def landed(lake, engine, tmp_path):
    """The sample landed, and again, and somebody who follows all authors."""
    sample = [landing.land(lake, engine, [str(SAMPLE)], format_name="jetstream", clock=JULY) for _ in range(2)]
    authors = sorted({line["did"] for line in LINES if "app.bsky.feed.post" in json.dumps(line.get("commit", {}))})
    follows = file_of(tmp_path / "follows", *(create("follow", f"k{n}", subject=did) for n, did in enumerate(authors)))
    landing.land(lake, engine, [follows], format_name="jetstream", clock=JULY)
    return sample


def landed_and_run(engine, lake, tmp_path):
    sample = landed(lake, engine, tmp_path)
    run(lake, engine, clock=JULY)
    return sample
