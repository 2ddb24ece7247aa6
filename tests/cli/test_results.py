"""What `sql` makes of a result: nothing is lost, whatever its types and names."""

import json

import pytest

from tests.cli.terminals import shown_on_a_terminal

VALUES = [
    ("interval '1 month'", "1 month"),
    ("interval '-1 months 2 days -1 hours -0.5 seconds'", "-1 month 2 days -1 hour -0.5 seconds"),
    ("interval '0 seconds'", "0 seconds"),
    ("timestamp '2025-01-01' - timestamp '2024-01-01'", "366 days"),
    ("arrow_cast(-90000000000005, 'Duration(Nanosecond)')", "-1 day -1 hour -0.000000005 seconds"),
    ("arrow_cast(9223372036854775807, 'Duration(Second)')", "106751991167300 days 15 hours 30 minutes 7 seconds"),
    ("arrow_cast(5, 'Timestamp(Nanosecond, None)')", "1970-01-01T00:00:00.000000005"),
    ("arrow_cast(0, 'Timestamp(Microsecond, Some(\"UTC\"))')", "1970-01-01T00:00:00Z"),
    ("arrow_cast(0, 'Timestamp(Second, Some(\"+02:30\"))')", "1970-01-01T02:30:00+02:30"),
    ("arrow_cast(9223372036854775807, 'Timestamp(Second, None)')", "292277026596-12-04T15:30:07"),
    ("arrow_cast(2147483647, 'Date32')", "5881580-07-11"),
    ("date '0001-01-01' - interval '1 day'", "0000-12-31"),
    ("arrow_cast(5, 'Time64(Nanosecond)')", "00:00:00.000000005"),
    ("arrow_cast(1.5, 'Decimal128(38, 2)')", "1.50"),
    ("arrow_cast(18446744073709551615, 'UInt64')", 18446744073709551615),
    ("arrow_cast(1.1, 'Float32')", 1.1),
    ("'NaN'::double", "NaN"),
    ("'-inf'::double", "-Infinity"),
    ("arrow_cast('inf'::double, 'Float16')", "Infinity"),
    ("sha256('a')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
    ("arrow_cast('ab', 'Dictionary(Int32, Utf8)')", "ab"),
    ("arrow_cast('ab', 'RunEndEncoded(\"run_ends\": non-null Int32, \"values\": Utf8)')", "ab"),
    ("map {'a': interval '1 month', 'b': NULL}", {"a": "1 month", "b": None}),
    ("map {1: 'a'}", {"1": "a"}),
    ("named_struct('a', 1, 'a', [date '2025-01-01'])", {"a": 1, "a_1": ["2025-01-01"]}),
    ("[[1], NULL, [2, NULL]]", [[1], None, [2, None]]),
    ("arrow_cast([1, 2], 'FixedSizeList(2, Int64)')", [1, 2]),
    ("arrow_cast([1, 2], 'ListView(Int64)')", [1, 2]),
    ("NULL", None),
]
JOINED = "SELECT * FROM (VALUES (1, 2)) t(a, a_1) JOIN (VALUES (3, 4)) u(a, b) ON true"


def in_json(said):
    return json.loads(said.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@pytest.mark.parametrize(("value", "expected"), VALUES)
def test_sql_tells_values_of_every_type(ask, value, expected):
    query = f"SELECT {value} AS v, 1 AS one FROM generate_series(1, 2)"
    said = ask("sql", query, "--json")
    assert (said.code, in_json(said)) == (0, [{"v": expected, "one": 1}] * 2)
    assert ask("sql", query).code == ask("sql", query, "--vertical").code == 0


@pytest.mark.parametrize("value", ["-1 month 2 days -1 hour -0.5 seconds", "11 months 59 minutes 0.000000001 seconds"])
def test_an_interval_is_written_as_sql_reads_it(ask, value):
    assert in_json(ask("sql", f"SELECT interval '{value}' AS v", "--json")) == [{"v": value}]


def test_nulls_among_values_of_lists_maps_and_structs(ask):
    rows = "(VALUES (1), (2), (3)) t(n)"
    query = f"SELECT n, CASE WHEN n > 1 THEN [n] END l, CASE WHEN n > 1 THEN named_struct('a', n) END s FROM {rows}"
    found = in_json(ask("sql", f"{query} WHERE n < 3 ORDER BY n", "--json"))
    assert found == [{"n": 1, "l": None, "s": None}, {"n": 2, "l": [2], "s": {"a": 2}}]


def test_columns_of_one_name_are_told_apart(ask):
    assert in_json(ask("sql", JOINED, "--json")) == [{"a": 1, "a_1": 2, "a_2": 3, "b": 4}]
    assert ask("sql", JOINED).out.split() == ["a", "a_1", "a_2", "b", "1", "2", "3", "4"]


def test_without_a_terminal_a_row_is_a_line_and_nothing_is_cut(ask):
    said = ask("sql", f"SELECT '{'x' * 400}' AS a, 'b\n\tc' AS b, 1 AS c, '{'y' * 400}' AS d")
    assert said.out.splitlines()[1:] == [f"{'x' * 400}  b\\n\\tc  1  {'y' * 400}"]


def test_the_limit_holds_in_every_form(ask):
    query = ["sql", "SELECT * FROM generate_series(1, 9)", "--limit", 2]
    assert ask(*query).out.split() == ["value", "1", "2"]
    assert in_json(ask(*query, "--json")) == [{"value": 1}, {"value": 2}]
    assert ask(*query, "--vertical").out.split() == ["row", "1", "value", "1", "row", "2", "value", "2"]


def test_one_row_after_the_other_shows_whole_texts(ask, told):
    query = ["sql", "SELECT post_id, text, languages FROM posts ORDER BY post_id", "--vertical"]
    lines = shown_on_a_terminal(20, *query, "--limit", 1, "--root", told.root)
    assert lines == [
        "row 1", "post_id    20", "text       a [31mb ", "           c d", "languages  ", "… 2 more rows: see --limit",
    ]  # fmt: skip
    assert ask(*query, "--json").code == 2


def test_numbers_beyond_2_to_the_53_can_be_strings_where_they_are_ids(ask, monkeypatch):
    query = "SELECT post_id + 9007199254740993 AS post_id, [post_id] AS post_ids, count(*) OVER () AS n FROM posts"
    ordered = ["sql", f"{query} ORDER BY 1 LIMIT 1", "--json"]
    assert in_json(ask(*ordered)) == [{"post_id": 9007199254741013, "post_ids": [20], "n": 3}]
    assert in_json(ask(*ordered, "--ids-as-strings")) == [{"post_id": "9007199254741013", "post_ids": ["20"], "n": 3}]
    monkeypatch.setenv("NEWSFEED_IDS_AS_STRINGS", "1")
    (entry, *_) = in_json(ask("feed", "2", "--json"))
    assert (entry["post_id"], entry["author"]["user_id"], entry["position"]) == ("20", "2", 1)


def test_find_and_user_tell_ids_as_strings(ask):
    (found, *_) = in_json(ask("find", "leo", "--json", "--ids-as-strings"))
    page = in_json(ask("user", "2", "--json", "--ids-as-strings"))
    assert (found["user_id"], page["profile"]["user_id"], page["posts"][0]["post_id"]) == ("2", "2", "40")
    assert isinstance(page["profile"]["followers"], int)
