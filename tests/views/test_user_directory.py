"""The names of active users with case folded away, by name."""

# ruff: noqa: RUF001  # names are written in many scripts
import pytest


def test_a_user_is_found_by_username_first_and_last_name_in_whatever_case(alice, rows):
    alice.registers(username="Alice42", first_name="ALICE", last_name="van Doe")
    assert rows("user_directory") == [
        ("alice", alice, "first_name"),
        ("alice42", alice, "username"),
        ("van doe", alice, "last_name"),
    ]


def test_the_last_given_names_are_found_and_no_former_one(alice, rows):
    alice.registers()
    alice.changes_profile(username="allie", at="13:00")
    alice.changes_profile(username="late", at="12:00")
    assert [term for term, *_ in rows("user_directory")] == ["alice", "allie", "doe"]


def test_who_gave_one_name_only_is_found_by_that_and_who_gave_none_by_nothing(alice, bob, carol, rows):
    alice.changes_profile(last_name="Roe")
    bob.changes_profile(bio="Bob")
    carol.posts()
    assert rows("user_directory") == [("roe", alice, "last_name")]


def test_equal_terms_are_told_for_each_user_and_field_by_user_then_field(alice, bob, rows):
    bob.registers(username="Ann", first_name="ANN", last_name="ann")
    alice.registers(username="x", first_name="aNN", last_name="ann")
    assert rows("user_directory") == [
        ("ann", alice, "first_name"),
        ("ann", alice, "last_name"),
        ("ann", bob, "first_name"),
        ("ann", bob, "last_name"),
        ("ann", bob, "username"),
        ("x", alice, "username"),
    ]


@pytest.mark.parametrize(
    ("given", "term"),
    [
        ("Groß", "gross"),
        ("GROSS", "gross"),
        ("ẞ", "ss"),
        ("ﬁn", "fin"),
        ("Anıl", "anil"),  # an i without a dot is a small I
        ("İnci", "i\u0307nci"),  # the dot is kept as a combining mark
        ("I\u011eDIR", "i\u011fdir"),
        ("ΣΑΣ", "σασ"),  # a sigma at the end of a word has its own small letter, which is a sigma
        ("σας", "σασ"),
        ("ΟΔΟΣ ΑΣ", "οδοσ ασ"),
        ("ᾳ", "αι"),
        ("É", "é"),
        ("E\u0301", "é"),  # composed
        ("e\u0323\u0302", "ệ"),
        ("\u1112\u1161\u11ab", "한"),
        ("ǰ", "ǰ"),  # its capital is decomposed
        ("Ǆ", "ǆ"),
        ("Жуков", "жуков"),
        ("ꮳꮃꭹ", "ᏣᎳᎩ"),
        ("𐐀", "𐐨"),  # beyond the first plane
        ("\u212a", "k"),  # the sign of Kelvin
        ("李 小龍", "李 小龍"),
        ("😀", "😀"),
        (" A  b ", " a  b "),  # no space is dropped
    ],
)
def test_a_name_in_any_script_is_folded_and_otherwise_as_given(given, term, alice, rows):
    alice.changes_profile(username=given)
    assert rows("user_directory") == [(term, alice, "username")]


def test_terms_are_in_the_order_of_code_points(alice, rows):
    given = ["b", "a", "Z", "\U0001f600", "\uff5e", "é", "e\u0301", "ea", "e", "_", "10", "9", "a b", "a-b"]
    for user, name in zip(alice.history.users(*given), given, strict=True):
        user.changes_profile(username=name)
    expected = ["10", "9", "_", "a", "a b", "a-b", "b", "e", "ea", "z", "é", "é", "\uff5e", "\U0001f600"]
    assert [term for term, *_ in rows("user_directory")] == expected


def test_a_deactivated_user_is_not_found_until_the_reactivation(alice, bob, rows):
    alice.changes_profile(username="a")
    bob.changes_profile(username="b")
    alice.deactivates()
    alice.changes_profile(username="c")
    assert rows("user_directory") == [("b", bob, "username")]
    alice.reactivates()
    assert rows("user_directory") == [("b", bob, "username"), ("c", alice, "username")]
