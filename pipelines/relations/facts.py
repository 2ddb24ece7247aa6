"""Facts: for each key the event with the greatest (event_time, event_id) decides.

Strings are dear and most facts are never withdrawn: those need only the greatest time. The others are folded by an
order key, one string that sorts like (event_time, event_id): the time in microseconds, padded to 18 digits, then the
id; strings compare by code points on both engines.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipelines.tables import Column as TableColumn

TIME_DIGITS = 18

LAST_EVENT = (
    TableColumn("holds", "boolean", "whether the last event says that the fact holds"),
    TableColumn("event_time", "timestamp", "when the last event happened"),
)

ON_POST = (
    TableColumn("post_id", "bigint", "the post"),
    TableColumn("user_id", "bigint", "who did it"),
    *LAST_EVENT,
)


def _time_text() -> Column:
    return F.lpad(F.unix_micros("event_time").cast("string"), TIME_DIGITS, "0")


def order_key() -> Column:
    """The order key of an event."""
    return F.concat(_time_text(), F.col("event_id"))


def time_of(key: Column) -> Column:
    """The event_time in an order key."""
    return F.timestamp_micros(F.substring(key, 1, TIME_DIGITS).cast("bigint"))


def last_event(events: DataFrame, given: str, withdrawn: str, *key: str) -> DataFrame:
    """For each key whether its last event gives or withdraws the fact, and when: the key and LAST_EVENT."""
    events = events.withColumn("gives", F.col("event_type") == given)
    gives = events.where(F.col("event_type") == given).select(*key, "event_time", "event_id", "gives")
    withdraws = events.where(F.col("event_type") == withdrawn).select(*key, "event_time", "event_id", "gives")
    ever_withdrawn = withdraws.select(*key).distinct()
    never_withdrawn = gives.join(ever_withdrawn, list(key), "left_anti")
    contested = gives.join(ever_withdrawn, list(key), "left_semi").unionByName(withdraws)
    return _greatest_time(never_withdrawn, *key).unionByName(_greatest(contested, *key))


def last_event_between(events: DataFrame, given: str, withdrawn: str, doer: str, other: str) -> DataFrame:
    """For each two users, named by their columns, the last event of the first one; to do it to oneself is no fact."""
    pairs = events.withColumnRenamed("actor_id", doer)
    return last_event(pairs.where(F.col(doer) != F.col(other)), given, withdrawn, doer, other)


def _greatest_time(gives: DataFrame, *key: str) -> DataFrame:
    """The facts of events that all give them."""
    last = gives.groupBy(*key).agg(F.max("event_time").alias("event_time"))
    return last.select(*key, F.lit(True).alias("holds"), "event_time")


def _greatest(events: DataFrame, *key: str) -> DataFrame:
    """The facts of events of both kinds, by their order keys."""
    given = F.max(F.when(F.col("gives"), order_key())).alias("given")
    withdrawn = F.max(F.when(~F.col("gives"), order_key())).alias("withdrawn")
    last = events.groupBy(*key).agg(given, withdrawn)
    decisive = F.greatest("given", "withdrawn")
    holds = F.coalesce(F.col("given") == decisive, F.lit(False)).alias("holds")
    return last.select(*key, holds, time_of(decisive).alias("event_time"))


def last_given(field: str) -> Column:
    """Aggregate: the value of the field in the last event that gave one.

    The id is written in hex and ended by `!`, which sorts below every digit, so that no id is a prefix of another.
    """
    ordered = F.concat(_time_text(), F.hex(F.encode("event_id", "UTF-8")), F.lit("!"), F.col(field))
    last = F.max(F.when(F.col(field).isNotNull(), ordered))
    return F.regexp_replace(last, r"\A[0-9A-F]*!", "").alias(field)
