import pytest

from pipelines.cli.tables import Column, Layout, shortened, width
from tests.cli.terminals import shown_on_a_terminal

COLUMNS = [Column("post_id", "number"), Column("text", "text"), Column("posted_at"), Column("likes", "number")]
ROWS = [
    ["9223372036854775807", "x" * 30, "2025-12-31 10:02:00", "1"],
    ["20", "short", "2025-12-31 10:02:00", "20"],
]
IDS = (
    "SELECT post_id + 9000000000000000000 AS a, author_id + 9000000000000000000 AS b, text, posted_at, posted_at AS at"
)


def laid_out(space, columns=COLUMNS, rows=ROWS):
    layout = Layout.of(columns, rows, space)
    return [layout.heading(), *map(layout.row, rows)], layout


def test_what_has_room_is_whole_and_numbers_are_to_the_right():
    assert laid_out(100)[0] == [
        "            post_id  text                            posted_at            likes",
        "9223372036854775807  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  2025-12-31 10:02:00      1",
        "                 20  short                           2025-12-31 10:02:00     20",
    ]


def test_texts_are_shortened_before_a_column_is_left_out():
    lines, layout = laid_out(70)
    assert lines[1] == "9223372036854775807  xxxxxxxxxxxxxxxxxxxx…  2025-12-31 10:02:00      1"
    assert (layout.cut, layout.left_out) == (1, 0)


def test_columns_in_the_middle_are_left_out_and_numbers_and_times_stay_whole():
    lines, layout = laid_out(45)
    assert lines[1] == "9223372036854775807  xxxxxxxxxxxxx…  …      1"
    assert (layout.cut, layout.left_out) == (1, 1)


def test_a_number_is_whole_on_the_narrowest_terminal():
    assert laid_out(5)[0][1] == "9223372036854775807  …"


@pytest.mark.parametrize("space", range(1, 120))
def test_a_line_has_room_or_is_one_number(space):
    lines, layout = laid_out(space)
    assert all(width(line) <= space for line in lines) or len(layout.widths) == 1


def test_a_long_heading_is_shortened_above_short_values():
    lines, _ = laid_out(30, [Column("count(Int64(1)) FILTER (WHERE likes > 3)", "number"), Column("n")], [["7", "1"]])
    assert lines == ["count(Int64(1)) FILTER (WH…  n", f"{7:>27}  1"]


def test_prose_is_folded_between_words():
    lines, layout = laid_out(24, [Column("name"), Column("meaning", "prose")], [["post_id", "the post that is meant"]])
    assert (lines[1:], layout.cut) == (["post_id  the post that\n         is meant"], 0)


def test_without_a_terminal_nothing_is_cut_and_each_row_is_a_line():
    rows = [["1", "x" * 400, "", "2"], ["3", "y", "", "4"]]
    lines, layout = laid_out(None, rows=rows)
    assert lines[1:] == [f"      1  {'x' * 400}                 2", f"      3  y{' ' * 39}                 4"]
    assert layout.cut == 0


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("東京都庁", 6, "東京…"),
        ("東京都庁", 8, "東京都庁"),
        ("é" * 5, 4, "ééé…"),
        ("👩‍👧‍👦" * 3, 5, "👩‍👧‍👦👩‍👧‍👦…"),
        ("a b", 3, "a b"),
    ],
)
def test_texts_are_as_wide_as_a_terminal_shows_them(text, cells, expected):
    assert shortened(text, cells) == expected


def test_sql_on_a_terminal_fits_it_and_counts_what_it_does_not_show(told):
    query = f"{IDS} FROM posts ORDER BY post_id LIMIT 2"
    lines = shown_on_a_terminal(80, "sql", query, "--limit", 1, "--root", told.root)
    assert lines == [
        "                  a                    b  …  at",
        "9000000000000000020  9000000000000000002  …  2025-12-31 10:06:00.500000",
        "… 1 more row, 2 more columns: see --vertical and --limit",
    ]


def test_releases_fit_a_terminal(told):
    lines = shown_on_a_terminal(80, "releases", "--root", told.root)
    assert lines[1] == "      1  2026-01-01 00:00:00  1–1           10  cap 800, own_posts True, replie…"
    assert lines[3] == "… 2 texts shortened: see --json"


def test_a_terminal_shows_forty_rows_and_a_file_all(told, ask):
    query = "SELECT * FROM generate_series(1, 20000)"
    lines = shown_on_a_terminal(80, "sql", query, "--root", told.root)
    assert (len(lines), lines[-1]) == (42, "… 19,960 more rows: see --vertical and --limit")
    assert [int(line) for line in ask("sql", query).out.splitlines()[1:]] == list(range(1, 20001))
