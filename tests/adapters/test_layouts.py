"""A source that is not of the format that it is said to be is told once, and nothing of it lands."""

import json
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from pipelines.adapters import FIRST, OtherLayout
from pipelines.landing.land import land
from tests.adapters.bluesky import create
from tests.landing.lines import counts, file_of, line

LATER = datetime(2027, 1, 1, tzinfo=UTC)
HERE = Path(__file__).parent.parent.parent / "data"
PERSON = "id|firstName|lastName|gender|birthday|creationDate|locationIP|browserUsed|place"
OF_2014 = {
    "comment.csv": ["id|creationDate|locationIP|browserUsed|content", "10|2012-01-08T12:30:00Z|1.2.3.4|Chrome|yes"],
    "comment_hasCreator_person.csv": ["Comment.id|Person.id", "10|5"],
    "comment_replyOf_post.csv": ["Comment.id|Post.id", "10|9"],
    "forum.csv": ["id|title|creationDate", "1|Wall of Ana|2012-01-08T12:30:00Z"],
    "person.csv": [PERSON.removesuffix("|place"), "5|Ana|Lee|male|1989-03-04|2012-01-08T12:30:00Z|1.2.3.4|Chrome"],
    "person_knows_person.csv": ["Person.id|Person.id", "5|6"],
    "post.csv": [
        "id|imageFile|creationDate|locationIP|browserUsed|language|content",
        "9||2012-01-08T12:30:00Z|1.2.3.4|Chrome|en|hello",
    ],
    "post_hasCreator_person.csv": ["Post.id|Person.id", "9|5"],
}


@pytest.fixture
def land_as(lake, engine):
    return lambda format_name, *sources: land(
        lake, engine, list(map(str, sources)), format_name=format_name, clock=LATER
    )


@pytest.fixture
def told(land_as, lake):
    """What is said of sources that are refused, when nothing is left of them."""

    def refused(format_name, *sources):
        with pytest.raises(OtherLayout) as raised:
            land_as(format_name, *sources)
        assert not Path(lake.log).exists()
        assert not Path(lake.quarantine).exists()
        return str(raised.value)

    return refused


def files_of(folder, files):
    folder.mkdir()
    return [file_of(folder / name, *(text.encode() for text in lines)) for name, lines in files.items()]


def test_the_layout_of_2014_is_told_once(told, tmp_path):
    place, *_ = files_of(tmp_path / "2014", OF_2014)
    assert told("ldbc", tmp_path / "2014") == (
        f"cannot land {place}: it is not ldbc as this reads it: expected the columns id|creationDate|locationIP|"
        "browserUsed|content|length|creator|place|replyOfPost|replyOfComment, found id|creationDate|locationIP|"
        "browserUsed|content (7 such files in all)"
    )


@pytest.mark.parametrize("name", [name for name in OF_2014 if name != "forum.csv"])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_each_file_of_another_layout_is_told(told, tmp_path, name, ending):
    (place,) = files_of(tmp_path / "2014", {name + ending: ["", OF_2014[name][0] + "\r", *OF_2014[name][1:]]})
    assert told("ldbc", place).startswith(f"cannot land {place}: it is not ldbc as this reads it: expected ")


def test_nothing_lands_of_the_good_files_beside_one_of_another_layout(told, tmp_path):
    copytree(HERE / "ldbc-snb-test" / "snapshot", tmp_path / "data")
    place = file_of(tmp_path / "data" / "person_0_0.csv", *(text.encode() for text in OF_2014["person.csv"]))
    assert told("ldbc", tmp_path / "data") == (
        f"cannot land {place}: it is not ldbc as this reads it: expected the columns {PERSON}, "
        f"found {PERSON.removesuffix('|place')}"
    )


@pytest.mark.parametrize("name", ["people.csv", "part-00000.csv", "Person.csv", "README.md", "postings_0_0.csv", "-"])
def test_a_name_that_the_layout_does_not_have_is_told(told, tmp_path, name):
    place = file_of(tmp_path / name, PERSON.encode())
    assert told("ldbc", place).endswith("or updateStream, found another name")


def test_updates_of_another_layout_are_told(told, tmp_path):
    place = file_of(tmp_path / "updateStream_0.csv", *[b"1290693102110|LIKE|5|9"] * FIRST)
    assert told("ldbc", place).endswith(
        "expected lines as time|time|operation from 1 to 8|…, found 1290693102110|LIKE|5|9"
    )


def test_files_of_the_layout_that_hold_no_events_are_left_out(land_as, tmp_path):
    forum = file_of(tmp_path / "forum_0_0.csv", b"id|title|creationDate|moderator", b"1|Wall|x|5")
    tags = file_of(tmp_path / "post_hasTag_tag_0_0.csv.gz", b"Post.id|Tag.id", b"9|4")
    landing = land_as("ldbc", forum, tags)
    assert (counts(landing), landing.left_out) == ((4, 0, 0, 0, 0), {"forum files": 2, "post_hasTag_tag files": 2})


def test_times_in_milliseconds_are_read_too(land_as, tmp_path):
    rows = ["Person.id|Post.id|creationDate", "5|9|2010-06-27T23:36:57.962+0000", "5|9|1277681817962"]
    (place,) = files_of(tmp_path / "millis", {"person_likes_post_0_0.csv": rows})
    assert counts(land_as("ldbc", place)) == (3, 1, 1, 0, 0)


@pytest.mark.parametrize("rows", [["", "5|x"], ["5|9|x"], []], ids=str)
def test_lines_that_cannot_be_read_show_no_other_layout(land_as, tmp_path, rows):
    (place,) = files_of(tmp_path / "some", {"person_likes_post_0_0.csv": rows})
    assert counts(land_as("ldbc", place))[1:4] == (0, 0, len([row for row in rows if row]))


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([line()], "the fields event_id, event_type, event_time, actor_id, followee_id"),
        ([b"id,text", *[b"1,hello"] * FIRST], "id,text"),
        ([b"oops", b'{"type": "like"}'], "the fields type"),
    ],
    ids=["events", "csv", "objects"],
)
def test_what_is_no_jetstream_is_told(told, tmp_path, lines, found):
    place = file_of(tmp_path / "a.jsonl", *lines)
    assert told("jetstream", place) == (
        f"cannot land {place}: it is not jetstream as this reads it: "
        f"expected messages with the fields did and kind, found {found}"
    )


def test_a_jetstream_with_damaged_lines_is_one(land_as, tmp_path):
    source = file_of(tmp_path / "a.jsonl", b"\xef\xbb\xbf{", b"", line(), create("post"), *[b"[]"] * FIRST)
    assert counts(land_as("jetstream", source)) == (FIRST + 4, 1, 0, FIRST + 2, FIRST + 2)
    damaged = file_of(tmp_path / "b.jsonl", b"{}", json.dumps(5).encode())
    assert counts(land_as("jetstream", damaged)) == (2, 0, 0, 2, 2)
