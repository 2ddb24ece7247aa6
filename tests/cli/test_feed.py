import json

import pytest

MIA = """\
newsfeed of 1, release 2

   1  Eve  Il @e vil · 2025-12-31 10:07:00, reposted by Leo Lo @leo
      from "four", 東京

   2  Leo Lo @leo · 2025-12-31 10:06:00
      a [31mb.
      c d
""".replace("b.\n", "b \n")


def test_a_newsfeed_shows_names_times_reposters_and_texts_but_steers_no_terminal(ask):
    assert ask("feed", "1").out == MIA


def test_a_newsfeed_ends_at_the_limit(ask):
    assert ask("feed", "1", "--limit", 1).out == MIA[: MIA.index("\n   2")]


@pytest.mark.parametrize("user", ["@leo", "2"])
def test_a_user_is_an_id_or_a_username(ask, user):
    said = ask("feed", user)
    assert said.out.splitlines()[0] == f"newsfeed of {user}, release 2"
    assert "Leo Lo @leo · 2025-12-31 10:06:00\n" in said.out


def test_an_empty_newsfeed_says_so(ask):
    assert ask("feed", "3").out == "newsfeed of 3, release 2: it is empty\n"


def test_who_never_registered_is_shown_by_id(ask):
    assert "   1  user 5 · 2025-12-31 11:00:00\n      \n" in ask("feed", "5").out


def test_an_old_release_can_be_asked(ask):
    assert ask("feed", "1", "--release", 1).out == MIA.replace("release 2", "release 1")
    said = ask("feed", "5", "--release", 1)
    assert (said.code, said.err) == (1, "error: there is no user 5\n")


def test_json_has_all_there_is(ask):
    first, second = json.loads(ask("feed", "1", "--json").out)
    assert first == {
        "reader_id": 1, "position": 1, "post_id": 40, "author_id": 4, "reposter_id": 2,
        "entered_at": "2025-12-31T10:07:00Z", "text": 'from "four", 東京',
        "author": {"user_id": 4, "username": "e\x1bvil", "first_name": "Eve\r", "last_name": "Il"},
        "reposter": {"user_id": 2, "username": "leo", "first_name": "Leo", "last_name": "Lo"},
    }  # fmt: skip
    assert second["entered_at"] == "2025-12-31T10:06:00.500000Z"
    assert (second["reposter_id"], second["reposter"]) == (None, None)
