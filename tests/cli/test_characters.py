"""Texts are shown as they were written, but for what steers a terminal."""

import sys
import unicodedata

import pytest

from pipelines.characters import printable
from pipelines.cli import show
from pipelines.landing.land import land
from tests.landing.lines import file_of

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    "text",
    [
        FAMILY,
        ENGLAND,
        "\u2764\ufe0f \u2764\ufe0e",  # a heart as an emoji and as a sign
        "\U0001f44d\U0001f3fd",  # a skin's colour
        "می\u200cشوم",  # Persian: letters that do not join
        "क्\u200dष क्\u200cष",  # Hindi: half a letter, and a letter with its sign
        "ශ්\u200dරී",
        "ភាសា\u200bខ្មែរ",  # Khmer writes no spaces: where a line may end
        "\u0601\u0661\u0662",  # Arabic: the sign of a year
        "葛\U000e0100",  # a variant of a letter
        "\U0001fae9",  # newer than this Python knows
        "\uf8ff",
        "10\u00a0000 東\u3000京",
        "e\u0301 ñ",
    ],
    ids=ascii,
)
def test_what_people_write_is_shown_as_it_is(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    "steering", ["\x1b", "\x07", "\r", "\n", "\t", "\x7f", "\x9b", "\u2028", "\u2029", *BIDI], ids=ascii
)
def test_what_steers_a_terminal_is_shown_as_a_space(steering):
    assert printable(f"a{steering}b{steering}") == "a b "


def test_no_control_character_and_none_that_turns_the_direction_of_a_text_is_shown():
    shown = "".join(char for char in map(chr, range(sys.maxunicode + 1)) if printable(char) == char)
    assert not {"Cc", "Cs", "Zl", "Zp"} & set(map(unicodedata.category, shown))
    assert not {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"} & set(
        map(unicodedata.bidirectional, shown)
    )


def test_a_person_and_a_text_are_shown_so(capsys):
    assert show.person({"username": FAMILY, "first_name": "می\u200cشین", "last_name": "a\u202eb"}, 1) == (
        f"می\u200cشین a b @{FAMILY}"
    )
    show.text(f"{ENGLAND}\x1b[31m\u2067\nक्\u200dष")
    assert capsys.readouterr().out == f"      {ENGLAND} [31m \n      क्\u200dष\n"


@pytest.mark.parametrize(
    ("name", "told"),
    [("a\x1b[31m", "a [31m"), ("a\u202eb", "a b"), (FAMILY, FAMILY), ("a\udcff", "a\\udcff")],
    ids=ascii,
)
def test_what_an_error_quotes_steers_no_terminal(call, tmp_path, name, told):
    said = call("land", tmp_path / name, "--root", tmp_path / "lake")
    assert said.code == 1
    assert f"{tmp_path}/{told}" in said.err
    assert said.err.removesuffix("\n").isprintable() or name == FAMILY


def test_a_quarantined_line_is_told_without_what_steers_a_terminal_in_the_name_of_its_file(
    call, lake, engine, tmp_path
):
    land(lake, engine, [file_of(tmp_path / "a\x1b[31m\u202e", b"bad")])
    said = call("quarantine", "--root", lake.root).out
    assert f"{tmp_path}/a [31m , line 1 (byte 0)\n" in said
