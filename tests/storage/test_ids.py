from pipelines.storage.ids import ID, as_strings
from pipelines.views import load_views

IDS = {"bigint", "array<bigint>"}
COUNTS = {
    "active_users", "events", "followed", "followees", "followers", "liked", "likes", "likes_received", "posted",
    "posts", "registered", "replies", "reposted", "reposts",
}  # fmt: skip


def test_the_names_of_columns_tell_ids_from_counts():
    columns = [column for view in load_views().values() for column in view.table.columns]
    assert {column.name for column in columns if column.type in IDS and not ID.search(column.name)} == COUNTS
    assert {column.type for column in columns if ID.search(column.name)} <= IDS


def test_ids_are_strings_however_deep_and_nothing_else_is():
    facts = {"post_id": 1, "n": 2, "author": {"user_id": 3, "is_active": True}, "mentioned_ids": [4, None], "id_1": 5}
    assert as_strings([facts]) == [
        {
            "post_id": "1",
            "n": 2,
            "author": {"user_id": "3", "is_active": True},
            "mentioned_ids": ["4", None],
            "id_1": "5",
        }
    ]
