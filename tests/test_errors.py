"""What Hadoop's servers say in Java, and what object stores answer, is told in their words."""

import pytest

from pipelines.errors import is_of_a_store_that_is_gone, reason

WORDS = "Cannot create file /lake/x. Name node is in safe mode."
CLASS = "org.apache.hadoop.hdfs.server.namenode.SafeModeException"


@pytest.mark.parametrize(
    "told",
    [
        f'RPCError("{CLASS}", "{WORDS}\\n\\tat org.apache.hadoop.hdfs.A.b(A.java:16)\\n\\tat java.lang.Thread.run")',
        f"Generic HdfsObjectStore error\n\x1b[31m↳\x1b[0m RPC error\n↳ {CLASS} {WORDS}\n\tat a.B.c(B.java:1)\n\tat d",
        f"{WORDS}\n\tat org.apache.hadoop.hdfs.A.b(A.java:16)",
    ],
)
def test_a_fault_of_hadoop_is_told_without_java(told):
    assert reason(RuntimeError(told)) == WORDS


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            "Error performing GET http://a/b in 1s - Server returned non-2xx status code: 503 Service Unavailable: x",
            True,
        ),
        ("\x1b[31m↳\x1b[0m Error performing PUT http://a/b in 9s - HTTP error\n ↳ operation timed out", True),
        ("Error performing GET http://a/b in 1s - Server returned non-2xx status code\n ↳ 403 Forbidden: x", False),
        ("cannot say: TimedOut", False),
    ],
)
def test_an_object_store_that_is_gone_is_known_by_what_its_clients_tell(told, expected):
    assert is_of_a_store_that_is_gone(OSError(told)) is expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            "Error performing GET http://a/b - status code\n ↳ 404 Not Found: <Error><Code>NoSuchBucket</Code></Error>",
            "its server answers 404 Not Found, NoSuchBucket",
        ),
        (
            "Error performing HEAD http://a/b in 9s - HTTP error\n\nDebug source: kind: TimedOut",
            "no answer from its server",
        ),
        (
            "Error performing PUT http://169.254.169.254/latest/api/token in 1s - HTTP error",
            "no keys: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or others that its client knows",
        ),
    ],
)
def test_what_an_object_store_answers_is_told_in_its_words(told, expected):
    assert reason(OSError(told)) == expected
