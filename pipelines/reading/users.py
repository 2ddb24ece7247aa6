"""Which user is meant: by id, or by a username, read as names are searched for."""

from typing import Any
from unicodedata import normalize

from pipelines.characters import folded, is_text, printable
from pipelines.errors import NewsfeedError, UsageError
from pipelines.reading.reader import Reader, Views, literal, people

DIRECTORY, DEACTIVATIONS = "views/user_directory", "relations/deactivations"
FOLDED = 2
"""The version of `user_directory` from which its terms are folded names."""
UNLIKE_SQL = "\u1e9e\u037e\u1fef"
"""The letters that fold to ASCII, but not by SQL: a capital sharp s, a question mark and an accent of Greek."""
TOLD = 20


class UnknownUser(NewsfeedError):
    """No user has that id or username, or several have it."""


def find_user(reader: Reader, user: str) -> int:
    """The id of a user given as an id or as `@username`, in upper or lower case.

    Of several who are called so, the one whose username is written so. Raises UnknownUser, which tells several apart,
    and UsageError for what is neither.
    """
    if user.startswith("@") and len(user) > 1:
        return _called(reader, user[1:])
    return require_user(reader, id_of(user))


def id_of(user: str) -> int:
    """The id that a user is given by. Raises UsageError for what is neither an id nor a username."""
    if not user.isascii() or not user.isdigit() or len(user) > 19 or not 0 < int(user) < 1 << 63:
        raise UsageError(f"USER: expected a user's id or @username, found {user!r}")
    return int(user)


def require_user(views: Views, user_id: int) -> int:
    """The id, of a user whom there is. Raises UnknownUser."""
    if not views.of_ids("profile", "user_id", [user_id], "user_id"):
        when = "" if views.told.startswith("release") else f" {views.told}"
        raise UnknownUser(f"there is no user {user_id}{when}")
    return user_id


def _called(reader: Reader, name: str) -> int:
    """The id of the user who is called so."""
    term = folded(name)
    found = _active(reader, term) | _others(reader, term) if is_text(name) else set()
    if len(found) > 1:
        return _only(name, as_written(reader, found, name))
    if not found:
        raise UnknownUser(f"no user is called @{printable(name)}")
    return found.pop()


def as_written(views: Views, ids: set[int], name: str) -> list[dict[str, Any]]:
    """Of users who are called so, in upper or lower case, those whose username is written so; all if none is."""
    known = people(views, ids, "is_active").values()
    written = [one for one in known if normalize("NFC", one["username"]) == normalize("NFC", name)]
    return written or list(known)


def _has_folded_directory(reader: Reader) -> bool:
    """Whether the release has the view `user_directory`, in a version whose terms are folded."""
    directory = reader.release.tables.get(DIRECTORY)
    return directory is not None and directory.projection >= FOLDED


def _active(reader: Reader, term: str) -> set[int]:
    """The active users whose username is a term, as far as the directory tells."""
    if not _has_folded_directory(reader):
        return set()
    rows = f"SELECT user_id FROM user_directory WHERE field = 'username' AND term = {literal(term)}"  # noqa: S608
    return {row["user_id"] for row in reader.rows(rows, "user_directory")}


def _others(reader: Reader, term: str) -> set[int]:
    """The users whose username is a term and of whom the directory does not tell: the deactivated, if there are any."""
    told = _has_folded_directory(reader)
    if told and not reader.release.tables[DEACTIVATIONS].rows:
        return set()
    asked = f"{_may_fold_to(term)} AND NOT is_active" if told else _may_fold_to(term)
    rows = reader.rows(f"SELECT user_id, username FROM profile WHERE {asked}", "profile")  # noqa: S608
    return {row["user_id"] for row in rows if folded(row["username"]) == term}


def _may_fold_to(term: str) -> str:
    """What SQL can say of usernames that fold to a term: exact for ASCII, else that they are not in ASCII."""
    if not term.isascii():
        return "octet_length(username) > char_length(username)"
    return f"lower(upper(translate(username, '{UNLIKE_SQL}', 'ß;`'))) = {literal(term)}"


def _only(name: str, users: list[dict[str, Any]]) -> int:
    """The id of the user, when there is but one. Raises UnknownUser, which tells them apart."""
    if len(users) == 1:
        return int(users[0]["user_id"])
    told = [_told(one) for one in sorted(users, key=lambda one: (not one["is_active"], one["user_id"]))]
    more = [f"  … and {len(told) - TOLD:,} more"] if len(told) > TOLD else []
    raise UnknownUser(
        "\n".join([f"{len(told):,} users are called @{printable(name)}: choose one by id", *told[:TOLD], *more])
    )


def _told(user: dict[str, Any]) -> str:
    names = " ".join(user[name] for name in ("first_name", "last_name") if user[name])
    state = "" if user["is_active"] else ", deactivated"
    return printable(f"  {user['user_id']}  {names} @{user['username']}{state}")
