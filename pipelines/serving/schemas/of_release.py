"""What is answered out of a release."""

from pipelines.serving.answers import COUNTS
from pipelines.serving.schemas.shapes import COUNT, ID, TEXT, Schema, many, maybe, one_of, record, ref, row

NAMES = ("username", "first_name", "last_name")
WHO = maybe(ref("Names"))
WRITTEN: Schema = maybe(TEXT) | {"description": "what the post says, null where it does not stand"}
NEXT: Schema = maybe(TEXT) | {"description": "the cursor of the following page, null at the end"}
RELEASE: Schema = COUNT | {"description": "the release that is answered from"}


def schemas() -> dict[str, Schema]:
    """The answers by name, and what they have in common."""
    return {
        "Names": row("profile", "user_id", *NAMES),
        "Profile": record(release=RELEASE, profile=row("profile")),
        "Newsfeed": _page("reader_id", "entries", row("newsfeed", author=WHO, reposter=WHO, text=WRITTEN)),
        "Timeline": _page("author_id", "posts", row("user_timeline", author_id=maybe(ID), author=WHO, text=WRITTEN)),
        "Notifications": _page("user_id", "notifications", row("notifications", actor=WHO, text=WRITTEN)),
        "Followers": _page("user_id", "followers", row("followers", follower=WHO)),
        "Followees": _page("user_id", "followees", row("followees", followee=WHO)),
        "Post": record(release=RELEASE, post=_post()),
        "People": record(release=RELEASE, people=many(_found())),
        "Search": record(release=RELEASE, people=many(row("profile")), posts=many(row("posts", author=WHO))),
    }


def _page(owner: str, rows: str, one: Schema) -> Schema:
    return record(release=RELEASE, **{owner: ID, rows: many(one)}, next=NEXT)


def _post() -> Schema:
    answered = row("posts", "post_id", "author_id", "text", author=WHO)
    told: Schema = maybe(answered) | {"description": "the post that it answers, null where none stands"}
    return row("posts", author=WHO, **dict.fromkeys(COUNTS, COUNT), reply_to=told)


def _found() -> Schema:
    matched = many(one_of(*NAMES)) | {"description": "the names that begin so"}
    return row("profile", "user_id", *NAMES, followers=COUNT, matched=matched)
