"""Who is meant by a username, however many are called so, and whatever their other names are."""

import pytest

from pipelines.characters import folded
from pipelines.reading.users import UnknownUser
from pipelines.serving import answers
from pipelines.serving.answers import user_of

MANY = 5000


class Names:
    """Users by id, with their usernames, of whom so many more have a first name."""

    told = "release 1"

    def __init__(self, usernames, first_name="", many=0):
        self.usernames = usernames
        rows = [(folded(name), user_id, "username") for user_id, name in usernames.items()]
        rows += [(folded(first_name), user_id, "first_name") for user_id in range(1, many + 1)]
        self.rows = [dict(zip(("term", "user_id", "field"), row, strict=True)) for row in sorted(rows)]
        self.asked = []

    def people(self, prefix, limit):
        self.asked.append(limit)
        return [row for row in self.rows if row["term"].startswith(prefix)][:limit]

    def of_ids(self, view, key, ids, *columns):
        assert (view, key) == ("profile", "user_id")
        known = {"is_active": True, "first_name": "", "last_name": ""}
        rows = [known | {"user_id": one, "username": self.usernames[one]} for one in sorted(ids)]
        return [{name: row[name] for name in (key, *columns)} for row in rows]


def test_of_several_who_are_called_so_it_is_who_is_written_so():
    views = Names({1: "Two", 2: "TWO", 3: "e\u0301a", 4: "\u00c9A"})
    assert [user_of(views, user) for user in ("@Two", "@TWO", "@\u00e9a", "@E\u0301A")] == [1, 2, 3, 4]
    with pytest.raises(UnknownUser, match="several users are called @two: choose one by id: 1, 2"):
        user_of(views, "@two")


@pytest.mark.parametrize("many", [62, 63, 64, 511, 512, MANY])
def test_a_username_that_is_a_first_name_of_many_is_found_behind_them(many):
    views = Names({MANY + 1: "jan", MANY + 2: "janet"}, "Jan", many)
    assert user_of(views, "@JAN") == MANY + 1
    assert user_of(views, "@janet") == MANY + 2
    with pytest.raises(UnknownUser, match="no active user is called @ja$"):
        user_of(views, "@ja")


def test_that_a_name_is_of_too_many_to_look_through_is_told(monkeypatch):
    monkeypatch.setattr(answers, "MOST_ALIKE", 512)
    views = Names({MANY + 1: "jan"}, "Jan", 600)
    with pytest.raises(UnknownUser, match="more than 512 names are jan: choose a user by id"):
        user_of(views, "@jan")
    assert views.asked == [64, 512]
