import pytest

from pipelines.storage.statements import reads

MANY = 10_000


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "select(1)",
        "\n( (WITH a AS (SELECT 1) SELECT * FROM a))",
        "VALUES (1)",
        "-- first\n-- second\nSELECT 1",
        "/* one */ SELECT 1",
        "/* one /* in */ another */ SELECT 1",
        "/**/SELECT 1",
        "/*/**/*/ SELECT 1",
        "-- /*\nSELECT 1",
        "/* -- */SELECT 1",
    ],
)
def test_a_statement_that_reads(sql):
    assert reads(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "--",
        "-- SELECT 1",
        "/* SELECT 1",
        "/* /* */ SELECT 1",
        "/*/ SELECT 1",
        "DELETE FROM posts",
        "/* SELECT */ DELETE FROM posts",
        "selected",
        "'select'",
        "COPY (SELECT 1) TO 'a.csv'",
        "*/ SELECT 1",
    ],
)
def test_a_statement_that_does_not_read(sql):
    assert not reads(sql)


@pytest.mark.parametrize("comment", ["-- one\n", "/* one */", "/**/ ( ", "/* one /* in */ */\n", "--\n/**/"])
def test_ten_thousand_comments_are_read_in_one_pass(comment):
    assert reads(comment * MANY + "SELECT 1")
    assert not reads(comment * MANY + "DELETE FROM posts")


def test_comments_in_comments_without_end_are_read_in_one_pass():
    assert reads("/*" * MANY + "*/" * MANY + "SELECT 1")
    assert not reads("/*" * MANY + "SELECT 1")
