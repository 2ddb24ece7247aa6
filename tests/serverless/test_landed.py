"""What a function put into its inbox lands as the same lines of a file do, whatever came twice, or beside poison."""

import random
from functools import partial

from pipelines.landing.inbox import Inbox
from pipelines.landing.land import land
from pipelines.serverless import handler
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of, line
from tests.landing.test_certificate import said
from tests.serverless.calls import failed, http, kinesis, sqs
from tests.serverless.calls import said as answered

TYPES = ("followed", "unfollowed", "posted", "registered")


def some(drawn, number):
    """Lines that fit, of each type."""
    return [line(f"e-{one}", drawn.choice(TYPES), actor_id=drawn.randrange(1, 50)) for one in range(number)]


def delivered(drawn, lines):
    """The lines in batches of each kind, as a queue gives them: some twice, in another order, and with poison."""
    left = drawn.sample(lines, len(lines))
    while left:
        batch, left = left[:7], left[7 - drawn.randrange(3) :]
        kind = drawn.choice([kinesis, sqs, http])
        if kind is http:
            assert answered(handler(http(b"\n".join(batch))))[0] == 202
            continue
        place = drawn.randrange(len(batch) + 1)
        mixed = [*batch[:place], b"poison", *batch[place:]]
        answer = handler(kind(*(mixed if kind is kinesis else (one.decode() for one in mixed))))
        assert [one.removeprefix("m-") for one in failed(answer)] == [str(place + 1)]
        if drawn.random() < 0.3:
            handler(kind(*(mixed if kind is kinesis else (one.decode() for one in mixed))))


def test_the_log_is_that_of_a_file_with_the_same_lines(inbox, lake, engine, tmp_path, seed):
    drawn = random.Random(seed)
    lines = some(drawn, 300)
    delivered(drawn, lines)
    taking = Inbox.at([str(inbox)], str(tmp_path / "done"), 0.0)
    landing, moved = taking.land(partial(land, lake, engine, clock=CLOCK))
    assert (landing.landed, landing.quarantined, list(inbox.iterdir())) == (300, 0, [])
    assert moved == len(list((tmp_path / "done").iterdir()))
    other = Lake.at(str(tmp_path / "other"))
    land(other, engine, [file_of(tmp_path / "lines.jsonl", *lines)], clock=CLOCK)
    assert said(lake) == said(other)


def test_a_batch_that_comes_again_after_it_landed_lands_no_second_time(inbox, lake, engine, tmp_path):
    taking = Inbox.at([str(inbox)], str(tmp_path / "done"), 0.0)
    for landed, duplicates in ((1, 0), (0, 1)):
        handler(kinesis(line("e-1")))
        landing, moved = taking.land(partial(land, lake, engine, clock=CLOCK))
        assert (landing.landed, landing.duplicates, moved) == (landed, duplicates, 1)
