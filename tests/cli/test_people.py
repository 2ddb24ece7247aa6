"""People are found by their names, however these are written."""

# ruff: noqa: RUF001  # names are written in many scripts
import json
import sys
from dataclasses import replace
from unicodedata import normalize

import pytest

from pipelines.characters import folded
from pipelines.landing.land import land
from pipelines.reading.reader import Reader
from pipelines.reading.users import DIRECTORY, UnknownUser, find_user
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of, line

USERNAMES = {
    1: "Ada", 2: "Anıl", 3: "Groß", 4: "josé", 5: normalize("NFD", "Zoë"), 6: "ΣΊΣΥΦΟΣ", 7: "İnci", 8: "한빛",
    10: "Bob", 11: "bob", 12: "BOB",  # three whose names fold alike
    20: "Eve", 21: "Eve", 22: "Eve", 23: "EVE",  # 21, 22 are deactivated
    30: "Gone", 31: "Göne", 32: "göne",  # deactivated, all of them
    40: "o'neil", 41: "e\x1bvil", 42: "e\u202evil", 43: "E\u202eVIL",
    50: "Max", 51: "max",  # 51 is deactivated
}  # fmt: skip
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
TO_ASCII = [char for char in map(chr, range(0x80, sys.maxunicode + 1)) if folded(char).isascii()]
USERNAMES |= {100 + number: f"x{char}{number}" for number, char in enumerate(TO_ASCII)}  # deactivated, too
DEACTIVATED = (21, 22, 30, 31, 32, 51, *(user for user in USERNAMES if user >= 100))


@pytest.fixture(scope="module")
def lake(tmp_path_factory, engine):
    folder = tmp_path_factory.mktemp("people")
    lake = Lake.at(str(folder / "lake"))
    lines = [
        *(
            line(f"r-{user}", "registered", actor_id=user, username=name, first_name="First", last_name=f"L{user}")
            for user, name in USERNAMES.items()
        ),
        *(line(f"d-{user}", "deactivated", actor_id=user) for user in DEACTIVATED),
        line("p", "posted", actor_id=1, post_id=200, text=FAMILY * 40),
        line("l", "liked", actor_id=2, post_id=200),
    ]
    land(lake, engine, [file_of(folder / "lines", *lines)], clock=CLOCK)
    run(lake, engine, clock=CLOCK)
    return lake


@pytest.fixture
def ask(call, lake):
    return lambda *arguments: call(*arguments, "--root", lake.root)


@pytest.mark.parametrize(
    ("prefix", "user"),
    [
        ("ANIL", 2), ("anıl", 2), ("anil", 2), ("An", 2),
        ("GROSS", 3), ("groß", 3), ("GROẞ", 3), ("gros", 3),
        ("JOSÉ", 4), ("JOSE\u0301", 4), ("zoë", 5), ("ZOE\u0308", 5),
        ("σίσυφος", 6), ("σίς", 6), ("ΣΊΣ", 6), ("İN", 7), ("한", 8), (normalize("NFD", "한빛"), 8),
        ("O'N", 40),
    ],
)  # fmt: skip
def test_who_is_looked_for_is_found_in_whatever_case_and_composition(ask, prefix, user):
    for given in (prefix, f"@{prefix}"):
        assert [one["user_id"] for one in json.loads(ask("find", given, "--json").out)] == [user]


@pytest.mark.parametrize("prefix", ["GRO\u0308", "jose", "ZOE", "İNI", "gone", "xyz"])
def test_other_letters_are_other_names_and_the_deactivated_are_not_found(ask, prefix):
    assert ask("find", prefix).out == f"nobody is called {prefix}…\n"


@pytest.mark.parametrize(
    ("name", "user"),
    [
        ("ADA", 1), ("ada", 1), ("ANIL", 2), ("gross", 3), ("JOSE\u0301", 4), ("zoë", 5), ("σίσυφοσ", 6),
        (normalize("NFD", "한빛"), 8), ("O'Neil", 40), ("GONE", 30), ("E\x1bVIL", 41),
    ],
)  # fmt: skip
def test_a_username_is_read_as_find_reads_names_also_of_who_is_deactivated(lake, name, user):
    assert find_user(Reader.of(lake), f"@{name}") == user


def test_who_is_deactivated_is_found_by_any_letter_that_folds_to_ascii(lake):
    reader = Reader.of(lake)
    found = [find_user(reader, f"@X{folded(char)}{number}") for number, char in enumerate(TO_ASCII)]
    assert {"ß", "\u1e9e", "ſ", "\u0131", "\u212a", "ﬃ", "\u037e", "\u1fef"} <= set(TO_ASCII)
    assert found == [100 + number for number in range(len(TO_ASCII))]


@pytest.mark.parametrize(("name", "user"), [("Bob", 10), ("bob", 11), ("BOB", 12), ("EVE", 23), ("max", 51)])
def test_of_several_whose_names_fold_alike_the_one_written_so_is_meant(lake, name, user):
    assert find_user(Reader.of(lake), f"@{name}") == user


def test_several_of_one_name_are_told_apart_the_active_ones_first(ask):
    said = ask("feed", "@Eve")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "error: 3 users are called @Eve: choose one by id\n"
        "  20  First L20 @Eve\n  21  First L21 @Eve, deactivated\n  22  First L22 @Eve, deactivated\n"
    )


def test_several_of_whom_none_is_written_so_are_told_apart(ask):
    said = ask("user", "@MAX")
    assert said.err.splitlines()[1:] == ["  50  First L50 @Max", "  51  First L51 @max, deactivated"]
    assert "31  First L31 @Göne, deactivated\n" in ask("feed", "@GÖNE").err


def test_names_that_steer_a_terminal_are_told_without_what_does(ask):
    said = ask("feed", "@E\u202evil").err
    assert "  42  First L42 @e vil\n" in said
    assert "\u202e" not in said


def test_who_is_unknown_is_not_found_nor_is_what_is_no_text(ask):
    assert ask("feed", "@nobody").err == "error: no user is called @nobody\n"
    assert ask("feed", "@ad").err == "error: no user is called @ad\n"
    assert ask("feed", "@\udcff").err == "error: no user is called @ \n"


@pytest.mark.parametrize("projection", [1, None])
def test_releases_of_before_and_without_a_directory_are_read_so_too(lake, projection):
    reader = Reader.of(lake)
    tables = dict(reader.release.tables)
    before = tables.pop(DIRECTORY)
    tables |= {DIRECTORY: replace(before, projection=projection)} if projection else {}
    reader = replace(reader, release=replace(reader.release, tables=tables))
    assert [find_user(reader, name) for name in ("@ADA", "@GROSS", "@gone", "@bob")] == [1, 3, 30, 11]
    with pytest.raises(UnknownUser, match="3 users are called @Eve"):
        find_user(reader, "@Eve")


def test_a_text_is_shown_whole_and_quoted_up_to_an_emoji_of_several_people(ask):
    said = ask("user", "1").out
    assert f"      {FAMILY * 40}\n" in said
    assert f'First L2 @Anıl liked your post: "{FAMILY * 30}…"\n' in said
