"""An event id lands once: what repeats it is a duplicate, what contradicts it is a conflict."""

import pytest

from tests.landing.lines import counts, events, file_of, ids, line, quarantined, versions

ONE = line("e-1", actor_id=1)
TWO = line("e-1", actor_id=2)
SAME_AS_ONE = (
    b' { "followee_id":7,"bio":null,"actor_id":1, "event_time":"2025-12-31T11:00:00.0+01:00" ,'
    b'"version": 1, "event_type":"follow\\u0065d", "event_id":"e-1"} '
)
CONFLICT = "event_id: conflicts with the event of this id that landed first, found 'e-1' with another content"


def actors(lake):
    return [row["actor_id"] for row in events(lake)]


def in_quarantine(lake):
    return [(row["source"], row["line_number"], row["raw"], row["faults"]) for row in quarantined(lake)]


@pytest.fixture(params=["a.jsonl", "a.jsonl.gz"])
def path(tmp_path, request):
    return tmp_path / request.param


def test_the_same_event_however_it_is_written_is_a_duplicate(land, lake, path):
    assert counts(land(file_of(path, ONE, SAME_AS_ONE, ONE + b"\r"))) == (3, 1, 2, 0, 0)
    assert counts(land(file_of(path, SAME_AS_ONE))) == (1, 0, 1, 0, 0)
    assert actors(lake) == [1]


@pytest.mark.parametrize(("first", "second"), [([], ...), (..., []), (None, [])], ids=str)
def test_an_empty_list_is_as_none_where_contents_are_compared(land, lake, path, first, second):
    lines = [
        line("e-1", "posted", version=2, **({} if given is ... else {"languages": given, "mentioned_ids": given}))
        for given in (first, second)
    ]
    assert counts(land(file_of(path, *lines))) == (2, 1, 1, 0, 0)
    assert counts(land(file_of(path, *reversed(lines)))) == (2, 0, 2, 0, 0)
    assert [row.keys() & {"languages", "mentioned_ids"} for row in events(lake)] == [set()]


@pytest.mark.parametrize("field", ["correlation_id", "causation_id"])
def test_with_another_correlation_or_causation_it_is_another_content(land, lake, path, field):
    one, other, none = line(**{field: "c"}), line(**{field: "C"}), line(**{field: None})
    assert counts(land(file_of(path, none, one))) == (2, 1, 0, 1, 1)
    assert counts(land(file_of(path, line(), one, other))) == (3, 0, 1, 2, 2)
    assert counts(land(file_of(path, line("e-2", **{field: "c"}), line("e-2")))) == (2, 1, 0, 1, 1)
    assert [row.get(field) for row in events(lake)] == [None, "c"]


def test_the_two_are_not_taken_for_each_other(land, path):
    assert counts(land(file_of(path, line(correlation_id="c"), line(causation_id="c")))) == (2, 1, 0, 1, 1)


def test_duplicates_are_found_across_the_files_of_a_landing(land, lake, path, tmp_path):
    assert counts(land(file_of(path, ONE), file_of(tmp_path / "b", SAME_AS_ONE, line("e-2")))) == (3, 2, 1, 0, 0)
    assert ids(lake) == ["e-1", "e-2"]


def test_duplicates_are_found_across_all_landings(land, lake, path, tmp_path):
    for number in range(3):
        land(file_of(tmp_path / f"{number}", line(f"e-{number}")))
    assert counts(land(file_of(path, *(line(f"e-{number}") for number in range(4))))) == (4, 1, 3, 0, 0)
    assert ids(lake) == ["e-0", "e-1", "e-2", "e-3"]


def test_of_a_conflict_in_one_file_the_first_line_stands(land, lake, path):
    source = file_of(path, ONE, b"", TWO, ONE, TWO)
    assert counts(land(source)) == (5, 1, 1, 2, 2)
    assert actors(lake) == [1]
    assert in_quarantine(lake) == [(source, 3, TWO, [CONFLICT]), (source, 5, TWO, [CONFLICT])]


def test_the_first_line_stands_also_when_its_type_sorts_last(land, lake, path):
    source = file_of(path, line("e-1", "unfollowed"), line("e-1", "followed"), line("e-1", "registered"))
    assert counts(land(source)) == (3, 1, 0, 2, 2)
    assert [row["event_type"] for row in events(lake)] == ["unfollowed"]


@pytest.mark.parametrize(("order", "stands"), [(("a", "b"), 1), (("b", "a"), 2)])
def test_of_a_conflict_between_files_the_first_source_given_stands(land, lake, tmp_path, order, stands):
    file_of(tmp_path / "a", line("e-0"), ONE)
    file_of(tmp_path / "b", TWO)
    landing = land(*(str(tmp_path / name) for name in order))
    assert (counts(landing), landing.faults) == ((3, 2, 0, 1, 1), {CONFLICT.partition(", found ")[0]: 1})
    assert actors(lake) == [5, stands]


def test_of_a_conflict_between_landings_the_earlier_stands(land, lake, path, tmp_path):
    land(file_of(tmp_path / "first", TWO))
    source = file_of(path, b"bad", ONE)
    assert counts(land(source)) == (2, 0, 0, 2, 2)
    assert actors(lake) == [2]
    assert in_quarantine(lake)[1] == (source, 2, ONE, [CONFLICT])


def test_a_conflicting_line_is_kept_as_it_came(land, lake, tmp_path):
    land(file_of(tmp_path / "first", TWO))
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbf" + SAME_AS_ONE + b"\r\n")
    land(str(tmp_path / "a"))
    (row,) = quarantined(lake)
    assert (row["raw"], row["byte_offset"], row["line_number"]) == (SAME_AS_ONE + b"\r", 3, 1)


def test_a_faulty_line_owns_no_id(land, lake, path):
    assert counts(land(file_of(path, line("e-1", actor_id=0), ONE))) == (2, 1, 0, 1, 1)
    assert actors(lake) == [1]


def test_the_same_file_twice_adds_nothing(land, lake, path):
    source = file_of(path, ONE, TWO, ONE, b"bad", line("e-2"), b"bad")
    assert counts(land(source)) == (6, 2, 1, 3, 3)
    before = versions(lake), events(lake), quarantined(lake)
    landing = land(source)
    assert (landing.number, counts(landing)) == (None, (6, 0, 3, 3, 0))
    assert (versions(lake), events(lake), quarantined(lake)) == before


def test_the_same_line_in_another_file_or_at_another_place_is_quarantined_again(land, lake, tmp_path):
    land(file_of(tmp_path / "a", b"bad"))
    assert counts(land(file_of(tmp_path / "b", b"bad")))[4] == 1
    assert counts(land(file_of(tmp_path / "a", b"", b"bad")))[4] == 1
    assert [(row["source"][-1], row["byte_offset"]) for row in quarantined(lake)] == [("a", 0), ("a", 1), ("b", 0)]


def test_another_line_at_the_same_place_is_quarantined_too(land, lake, tmp_path):
    land(file_of(tmp_path / "a", b"bad"))
    land(file_of(tmp_path / "a", b"worse"))
    assert sorted(row["raw"] for row in quarantined(lake)) == [b"bad", b"worse"]


def test_a_source_given_twice_is_counted_twice_but_its_lines_keep_their_numbers(land, lake, tmp_path):
    source = file_of(tmp_path / "a", ONE, b"bad")
    assert counts(land(source, source)) == (4, 1, 1, 2, 1)
    assert [row["line_number"] for row in quarantined(lake)] == [2]
