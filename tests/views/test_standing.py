"""What stands, for views that are made of DataFrames."""

from pipelines.relations.standing import standing_posts


def test_posts_that_were_deleted_or_are_by_a_deactivated_author_do_not_stand(engine):
    given = [(1, 10, False), (2, 10, True), (3, 11, False), (4, 12, False)]
    posts = engine.session.createDataFrame(given, "post_id bigint, author_id bigint, deleted boolean")
    deactivations = engine.session.createDataFrame([(11, True), (12, False)], "user_id bigint, holds boolean")
    found = standing_posts({"posts": posts, "deactivations": deactivations}).collect()
    assert sorted(row["post_id"] for row in found) == [1, 4]
