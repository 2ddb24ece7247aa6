"""Whose line it is that did not fit, by its bytes."""

import pytest

from pipelines.adapters.atproto import id_of
from pipelines.landing import persons
from pipelines.landing.persons import Persons
from tests.adapters.bluesky import ADA, BEN, create

NOON = 1_767_182_400_000_000  # of 2025-12-31
OF = Persons({5: NOON, id_of(ADA): NOON}, {b"e-1": 5}, {b"did:web:old.example": 5})


@pytest.mark.parametrize(
    ("line", "whose"),
    [
        (b'{"actor_id": 5, "text"', {5}),
        (b'{"actor_id" :"5"}', {5}),
        (b'{"actor_id": 5.0}', {5}),
        (b'{"\\u0061ctor_id": 5}', {5}),
        (b'{"actor_id": 55, "text": "actor_id: 5"}', set()),
        (b'{"event_id": "e-1", "tex', {5}),
        (b'x": "e-1"', {5}),
        (b'{"event_id": "e-11"}', set()),
        (b'{"actor_id": 7, "followee_id": 5}', set()),
    ],
)
def test_an_event_is_the_actors_or_that_of_its_id(line, whose):
    assert OF.of([line], "events") == whose


def test_a_line_of_another_network_is_whose_name_it_has():
    assert OF.of([create("post")], "jetstream") == {id_of(ADA)}
    assert OF.of([create("follow", did=BEN, subject=ADA)], "jetstream") == {id_of(ADA)}
    assert OF.of([f"see {ADA}.".encode()], "jetstream") == {id_of(ADA)}
    assert OF.of([create("post", did=BEN)], "jetstream") == set()
    assert OF.of([b'{"did": "did:web:old.example"'], "jetstream") == {5}
    assert OF.of([b"5|6|2010"], "ldbc") == {5}


def test_what_is_told_over_the_end_of_a_piece_is_found(monkeypatch):
    monkeypatch.setattr(persons, "OVERLAP", 20)
    line = b'{"text": "' + b"x" * 100 + b'", "actor_id": 5}'
    assert all(OF.of([line[:cut], line[cut:]], "events") == {5} for cut in range(100, len(line)))


def test_what_came_later_is_not_the_persons_if_it_is_of_a_later_time():
    line = b'{"actor_id": 5, "event_time": "%s"}'
    assert OF.of_later(line % b"2025-12-31T12:00:00Z", "events") == {5}
    assert OF.of_later(line % b"2025-12-31T12:00:00.000001Z", "events") == set()
    assert OF.of_later(line % b"tomorrow", "events") == {5}
