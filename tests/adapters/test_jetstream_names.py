"""No two names get one id: here ids have 12 bits, so that another name with the id of the first is soon found."""

from itertools import count

import pytest

from pipelines.adapters import atproto
from pipelines.landing import attempts
from pipelines.landing import land as landing
from pipelines.landing.readmission import readmit
from pipelines.storage.lake import Lake
from tests.adapters.bluesky import ADA, BEN, EVE, POST, create, delete
from tests.adapters.conftest import JULY
from tests.landing.lines import counts, events, file_of, ids, quarantined, rows_of

BITS = 12
FULL = {name: atproto.id_of(name) for name in (ADA, BEN, EVE, POST)}


def twin(name):
    """Another name with the same first bits."""
    return next(f"{name}{n}" for n in count() if (atproto.id_of(f"{name}{n}") ^ FULL[name]) >> (63 - BITS) == 0)


ADA_2, BEN_2, POST_2 = twin(ADA), twin(BEN), twin(POST)
RIGHT = create("follow")
SAME_ACTOR = create("follow", did=ADA_2)
SAME_SUBJECT = create("follow", "k2", subject=BEN_2)
FAULT = "expected a name whose id no other has, found {} with the id {} of {}"


@pytest.fixture(autouse=True)
def few_ids(monkeypatch):
    monkeypatch.setattr(atproto, "BITS", BITS)


def fault(name, owner):
    assert atproto.id_of(name) == atproto.id_of(owner)
    return FAULT.format(name, atproto.id_of(name), owner)


def names(lake):
    return {row["name"] for row in rows_of(lake.identities, "id")}


@pytest.mark.parametrize("apart", [False, True], ids=["in one landing", "in a later landing"])
def test_a_second_name_with_an_id_is_quarantined(land, lake, apart):
    lines = [SAME_ACTOR, SAME_SUBJECT, create("follow", "k3", did=EVE)]
    if apart:
        assert counts(land(RIGHT)) == (1, 1, 0, 0, 0)
        assert counts(land(*lines)) == (3, 1, 0, 2, 2)
    else:
        assert counts(land(RIGHT, *lines)) == (4, 2, 0, 2, 2)
    assert [(row["raw"], row["faults"]) for row in quarantined(lake)] == [
        (SAME_ACTOR, [fault(ADA_2, ADA)]),
        (SAME_SUBJECT, [fault(BEN_2, BEN)]),
    ]
    assert names(lake) == {ADA, BEN, EVE}
    assert {row["actor_id"] for row in events(lake)} == {atproto.id_of(ADA), atproto.id_of(EVE)}


def test_every_name_that_is_taken_is_told(land, lake):
    land(RIGHT)
    both = create("follow", did=ADA_2, subject=BEN_2)
    assert land(both).faults == {"expected a name whose id no other has": 2}
    assert sorted(quarantined(lake)[0]["faults"]) == sorted([fault(ADA_2, ADA), fault(BEN_2, BEN)])


@pytest.mark.parametrize("what", ["post_id", "reply", "mention"])
def test_every_id_of_a_post_counts(land, lake, what):
    mention = {"features": [{"$type": "app.bsky.richtext.facet#mention", "did": BEN_2}]}
    line = {
        "post_id": create("like", subject={"uri": POST_2}),
        "reply": create("post", "k2", reply={"parent": {"uri": POST_2}}),
        "mention": create("post", "k2", facets=[mention]),
    }[what]
    land(create("like", "k9"), RIGHT)
    assert counts(land(line)) == (1, 0, 0, 1, 1)


@pytest.mark.parametrize("seen", [False, True], ids=["unseen", "seen"])
def test_the_end_of_what_a_taken_name_did_is_quarantined_too(land, lake, seen):
    land(RIGHT)
    lines = [SAME_ACTOR, b"bad"] if seen else [b"bad"]
    done = land(*lines, delete("follow", did=ADA_2))
    assert (done.landed, done.quarantined) == (0, len(lines) + 1)
    last = quarantined(lake)[-1]
    assert (last["raw"], last["line_number"]) == (delete("follow", did=ADA_2), len(lines) + 1)
    assert last["faults"] == [fault(ADA_2, ADA)]


def test_a_taken_subject_is_none_for_a_delete(land, lake):
    land(RIGHT)
    assert counts(land(SAME_SUBJECT, delete("follow", "k2"))) == (2, 0, 0, 2, 2)
    assert [row["event_type"] for row in events(lake)] == ["followed"]


def test_the_other_lines_of_the_file_land_where_they_stand(land, lake):
    post, old = create("post", did=BEN), delete("like", "unseen")
    land(post, RIGHT, delete("follow"), SAME_ACTOR, b"bad", old, create("like", did=EVE), SAME_SUBJECT)
    assert [row["event_type"] for row in sorted(events(lake), key=lambda row: row["event_type"])] == [
        "followed", "liked", "posted", "unfollowed",
    ]  # fmt: skip
    assert [(row["line_number"], row["raw"]) for row in quarantined(lake)] == [
        (4, SAME_ACTOR), (5, b"bad"), (6, old), (8, SAME_SUBJECT),
    ]  # fmt: skip


def test_in_a_compressed_file_too(lake, engine, tmp_path):
    source = file_of(tmp_path / "a.jsonl.gz", RIGHT, SAME_ACTOR)
    landing.land(lake, engine, [source], format_name="jetstream", clock=JULY)
    assert [row["raw"] for row in quarantined(lake)] == [SAME_ACTOR]


def test_a_faulty_line_owns_no_name(land, lake):
    assert counts(land(create("post", "k", did=ADA_2, langs=[5]), RIGHT)) == (2, 1, 0, 1, 1)
    assert names(lake) == {ADA, BEN}


def test_the_name_that_landed_first_stands_also_where_the_other_comes_first(land, lake):
    land(RIGHT)
    assert counts(land(SAME_ACTOR, create("follow", "k2"))) == (2, 1, 0, 1, 1)
    assert names(lake) == {ADA, BEN}


def test_landed_and_tried_again_nothing_changes(land, lake, engine):
    land(RIGHT, SAME_ACTOR)
    before = ids(lake), names(lake), quarantined(lake)
    assert counts(readmit(lake, engine, JULY)[0])[:4] == (1, 0, 0, 1)
    assert counts(land(RIGHT))[:3] == (1, 0, 1)
    assert (ids(lake), names(lake), quarantined(lake)) == before
    assert len(rows_of(lake.identities, "id")) == 2


def test_a_landing_that_looked_before_another_named_looks_again(land, lake, killed, tmp_path, monkeypatch):
    """The other one has committed its names, and dies before its events."""
    commit = attempts.commit_names
    waiting = [file_of(tmp_path / "other", SAME_ACTOR)]

    def after_another(*given):
        if waiting:
            job = {"format": "jetstream", "bits": BITS, "clock": JULY.isoformat(), "sources": [waiting.pop()]}
            killed(lake, "land", ("commit", 2, "before"), **job)
        commit(*given)

    monkeypatch.setattr(attempts, "commit_names", after_another)
    assert counts(land(RIGHT)) == (1, 0, 0, 1, 1)
    assert names(lake) == {ADA_2, BEN}
    assert len(rows_of(lake.identities, "id")) == 2


def test_two_landings_at_once_give_an_id_to_one_name(at_once, tmp_path):
    sources = [file_of(tmp_path / str(n), *lines) for n, lines in enumerate([[RIGHT], [SAME_ACTOR, SAME_SUBJECT]])]
    given = {"format": "jetstream", "bits": BITS, "clock": JULY.isoformat()}
    for number in range(8):
        lake = Lake.at(str(tmp_path / f"lake{number}"))
        results = at_once(*((lake, "land", given | {"sources": [source]}) for source in sources))
        assert sum(result["landed"] + result["quarantined"] for result in results) == 3
        found = rows_of(lake.identities, "id")
        assert len({row["id"] for row in found}) == len(found)
        actors = {row["actor_id"] for row in events(lake)}
        assert actors == {atproto.id_of(ADA)}
        assert len(names(lake) & {ADA, ADA_2}) == len(names(lake) & {BEN, BEN_2}) == 1
