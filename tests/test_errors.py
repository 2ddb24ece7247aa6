"""What Hadoop's servers say in Java is told in their words."""

import pytest

from pipelines.errors import reason

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
