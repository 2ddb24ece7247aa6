"""Rows between buckets on a Spark cluster, by files of ours or by Spark's shuffle."""
