import json

import pytest

from pipelines.adapters import FORMATS, AdapterFault, load_adapter
from pipelines.adapters.ldbc import adapt
from pipelines.engines import open_engine
from pipelines.errors import UsageError
from pipelines.landing.land import land
from tests.landing.lines import CLOCK, counts, file_of, ids, quarantined, rows_of

PEOPLE = "person_0_0.csv"
FRIENDS = "person_knows_person_0_0.csv"
LIKES = "person_likes_post_0_0.csv"
UPDATES = "updateStream_0_0_person.csv"
WHEN = "2010-06-27T23:36:57.962+0000"
TIME = {"event_time": "2010-06-27T23:36:57.962+00:00"}
MILLIS = {"event_time": "2010-11-25T13:51:42.110+00:00"}

JOSE = {"username": "Jose8796093022220", "first_name": "Jose", "last_name": "Alonso"}
ANA = {"username": "AnaMaria7", "first_name": "Ana Maria", "last_name": "Lü"}


def event(event_type, key, actor, **fields):
    return {"event_id": f"ldbc-{event_type}-{key}", "event_type": event_type, "actor_id": actor, **fields}


SNAPSHOT = [
    (
        PEOPLE,
        f"8796093022220|Jose|Alonso|female|1987-09-18|{WHEN}|196.1.135.241|Internet Explorer|1073",
        [event("registered", "8796093022220", 8796093022220, **JOSE, **TIME)],
    ),
    (
        PEOPLE,
        f"7|Ana Maria|Lü|female|1987-09-18|{WHEN}|196.1.135.241|Chrome|1073",
        [event("registered", "7", 7, **ANA, **TIME)],
    ),
    (
        FRIENDS,
        f"5|6|{WHEN}",
        [event("followed", "5-6", 5, followee_id=6, **TIME), event("followed", "6-5", 6, followee_id=5, **TIME)],
    ),
    (LIKES, f"5|9|{WHEN}", [event("liked", "5-9", 5, post_id=9, **TIME)]),
    ("person_likes_comment_0_0.csv", f"5|9|{WHEN}", [event("liked", "5-9", 5, post_id=9, **TIME)]),
    (
        "post_0_0.csv",
        f'9||{WHEN}|1.2.3.4|Firefox|uz|About "x" 東京|14|5|70|110',
        [event("posted", "9", 5, post_id=9, text='About "x" 東京', language="uz", **TIME)],
    ),
    (
        "post_0_0.csv",
        f"9|photo9.jpg|{WHEN}|1.2.3.4|Firefox|||0|5|70|110",
        [event("posted", "9", 5, post_id=9, text="photo9.jpg", **TIME)],
    ),
    (
        "comment_0_0.csv",
        f"10|{WHEN}|1.2.3.4|Firefox|yes|3|5|60|9|",
        [event("posted", "10", 5, post_id=10, text="yes", reply_to_post_id=9, **TIME)],
    ),
    (
        "comment_0_0.csv",
        f"11|{WHEN}|1.2.3.4|Firefox||0|5|60||10",
        [event("posted", "11", 5, post_id=11, text="", reply_to_post_id=10, **TIME)],
    ),
]
OPERATIONS = [
    (
        "1|7|Ana Maria|Lü|male|365126400000|1290693102110|27.1.1.9|Chrome|698|ja;en|a@b;c@d|6;564|4747,2003|673,2005",
        [event("registered", "7", 7, **ANA, **MILLIS)],
    ),
    ("2|5|9|1290693102110", [event("liked", "5-9", 5, post_id=9, **MILLIS)]),
    ("3|5|10|1290693102110", [event("liked", "5-10", 5, post_id=10, **MILLIS)]),
    (
        "6|9|photo9.jpg|1290693102110|27.3.2.2|Safari|||0|5|34|1|",
        [event("posted", "9", 5, post_id=9, text="photo9.jpg", **MILLIS)],
    ),
    (
        "6|9||1290693102110|27.3.2.2|Safari|en|hello|5|5|34|1|3;4",
        [event("posted", "9", 5, post_id=9, text="hello", language="en", **MILLIS)],
    ),
    (
        "7|10|1290693102110|31.2.1.5|Firefox|great|5|5|50|-1|9|",
        [event("posted", "10", 5, post_id=10, text="great", reply_to_post_id=9, **MILLIS)],
    ),
    (
        "7|10|1290693102110|31.2.1.5|Firefox|great|5|5|50|8|-1|1;2",
        [event("posted", "10", 5, post_id=10, text="great", reply_to_post_id=8, **MILLIS)],
    ),
    (
        "8|5|6|1290693102110",
        [event("followed", "5-6", 5, followee_id=6, **MILLIS), event("followed", "6-5", 6, followee_id=5, **MILLIS)],
    ),
    ("4|34|Album 3 of Wei Chen|1290693102110|5|1173", []),
    ("5|68|34|1290693102110", []),
]
HEADERS = [
    (PEOPLE, "id|firstName|lastName|gender|birthday|creationDate|locationIP|browserUsed|place"),
    (FRIENDS, "Person.id|Person.id|creationDate"),
    (LIKES, "Person.id|Post.id|creationDate"),
    ("post_0_0.csv", "id|imageFile|creationDate|locationIP|browserUsed|language|content|length|creator|Forum.id|place"),
    ("comment_0_0.csv", "id|creationDate|locationIP|browserUsed|content|length|creator|place|replyOfPost|reply…"),
]
FAULTS = [
    (LIKES, b"5|9", f"{LIKES}: expected 3 fields, found 2"),
    (LIKES, b"5|9|x|y", f"{LIKES}: expected 3 fields, found 4"),
    (PEOPLE, b"7|Ana", f"{PEOPLE}: expected 9 fields, found 2"),
    (LIKES, b"5|nine|x", "not a number where one is expected: invalid literal for int() with base 10: 'nine'"),
    (LIKES, b"5|\xff|x", "not UTF-8 at byte 2"),
    (UPDATES, b"1|0|2|5|9", f"{UPDATES}: expected 6 fields, found 5"),
    (UPDATES, b"1|0|9|5|9|1", f"{UPDATES}: expected an operation from 1 to 8 in field 3, found '9'"),
    (UPDATES, b"1|0", f"{UPDATES}: expected an operation from 1 to 8 in field 3, found None"),
    (UPDATES, b"1|0|2|5|9|soon", "not a number where one is expected: invalid literal for int() with base 10: 'soon'"),
    (UPDATES, b"1|0|2|5|9|999999999999999", "not a number where one is expected: date value out of range"),
]


def adapted(name, text):
    return [json.loads(made) for made in adapt(f"/data/ldbc/{name}", text.encode()).events]


@pytest.mark.parametrize(("name", "text", "events"), SNAPSHOT)
def test_a_line_of_the_snapshot(name, text, events):
    assert adapted(name, text) == adapted(f"{name}.gz", f"{text}\r") == events


@pytest.mark.parametrize(("operation", "events"), OPERATIONS)
def test_a_line_of_the_updates(operation, events):
    assert adapted(UPDATES, f"1290693102110|0|{operation}") == events


@pytest.mark.parametrize(("name", "text"), HEADERS)
def test_a_header_holds_no_event(name, text):
    assert adapted(name, text) == adapted(name, f"{text}\r") == []


@pytest.mark.parametrize(("name", "raw", "fault"), FAULTS)
def test_a_line_that_cannot_be_read_is_a_fault(name, raw, fault):
    with pytest.raises(AdapterFault) as raised:
        adapt(f"/data/{name}", raw)
    assert str(raised.value) == fault


def test_a_file_of_another_name_holds_no_events():
    with pytest.raises(AdapterFault, match=r"^people\.csv: not an LDBC file that holds events$"):
        adapt("/data/people.csv", b"1|x|y")


def test_formats_are_known_by_name():
    assert [load_adapter(name) for name in FORMATS[:2]] == [None, adapt]
    with pytest.raises(UsageError, match="format: expected one of events, ldbc, jetstream, found 'xml'"):
        load_adapter("xml")


@pytest.fixture
def land_ldbc(lake, tmp_path):
    """Land lines as an LDBC file of that name."""

    def land_as(name, *lines):
        with open_engine("sail") as engine:
            return land(lake, engine, [file_of(tmp_path / name, *lines)], format_name="ldbc", clock=CLOCK)

    return land_as


@pytest.mark.parametrize(("name", "raw", "fault"), FAULTS)
def test_such_a_line_is_quarantined_as_it_came(land_ldbc, lake, name, raw, fault):
    assert counts(land_ldbc(name, b"", raw)) == (2, 0, 0, 1, 1)
    (row,) = quarantined(lake)
    assert (row["raw"], row["format"], row["line_number"], row["byte_offset"]) == (raw, "ldbc", 2, 1)
    assert row["faults"] == [fault]


def test_faults_of_the_events_are_told_of_the_foreign_line(land_ldbc, lake):
    friends = [
        HEADERS[1][1].encode(),
        f"-5|0|{WHEN}".encode(),
        f"5|6|{WHEN}\r".encode(),
        b"5|7|2010-02-30T00:00:00+0000",
    ]
    assert counts(land_ldbc(FRIENDS + ".gz", *friends)) == (4, 2, 0, 2, 2)
    assert ids(lake) == ["ldbc-followed-5-6", "ldbc-followed-6-5"]
    first, second = quarantined(lake)
    assert (first["raw"], first["line_number"], first["byte_offset"]) == (friends[1], 2, len(friends[0]) + 1)
    assert first["faults"] == [
        "actor_id: expected an id (1 to 9223372036854775807), found -5",
        "followee_id: expected an id (1 to 9223372036854775807), found 0",
        "actor_id: expected an id (1 to 9223372036854775807), found 0",
        "followee_id: expected an id (1 to 9223372036854775807), found -5",
    ]
    assert (second["raw"], len(second["faults"])) == (friends[3], 1)


def test_a_foreign_line_that_contradicts_another_is_quarantined_as_it_came(land_ldbc, lake):
    likes = [f"5|9|{WHEN}".encode(), f"5|9|{WHEN}".encode(), b"5|9|2010-06-28T00:00:00.000+0000"]
    assert counts(land_ldbc(LIKES, *likes)) == (3, 1, 1, 1, 1)
    assert [(row["raw"], row["line_number"]) for row in quarantined(lake)] == [(likes[2], 3)]
    assert len(rows_of(lake.log, "event_id")) == 1
