"""Facts: for each key the event with the greatest (event_time, event_id) decides.

An order key is one string that sorts like (event_time, event_id): the time in microseconds, padded to 18 digits,
then the id; strings compare by code points on both engines. Its maximum is by far the cheapest way to the last event.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipelines.tables import Column as TableColumn

TIME_DIGITS = 18

LAST_EVENT = (
    TableColumn("holds", "boolean", "whether the last event says that the fact holds"),
    TableColumn("event_time", "timestamp", "when the last event happened"),
    TableColumn("event_id", "string", "the last event"),
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


def id_of(key: Column) -> Column:
    """The event_id in an order key."""
    return F.substring(key, TIME_DIGITS + 1, 64)


def last_event(events: DataFrame, given: str, withdrawn: str, *key: str) -> DataFrame:
    """For each key whether its last event gives or withdraws the fact, and when: the key and LAST_EVENT."""
    event_type = F.col("event_type")
    last = (
        events.where(event_type.isin(given, withdrawn))
        .groupBy(*key)
        .agg(
            F.max(F.when(event_type == given, order_key())).alias("given"),
            F.max(F.when(event_type == withdrawn, order_key())).alias("withdrawn"),
        )
    )
    decisive = F.greatest("given", "withdrawn")
    return last.select(
        *key,
        F.coalesce(F.col("given") == decisive, F.lit(False)).alias("holds"),
        time_of(decisive).alias("event_time"),
        id_of(decisive).alias("event_id"),
    )


def last_given(field: str) -> Column:
    """Aggregate: the value of the field in the last event that gave one.

    The id is written in hex and ended by `!`, which sorts below every digit, so that no id is a prefix of another.
    """
    ordered = F.concat(_time_text(), F.hex(F.encode("event_id", "UTF-8")), F.lit("!"), F.col(field))
    last = F.max(F.when(F.col(field).isNotNull(), ordered))
    return F.regexp_replace(last, r"\A[0-9A-F]*!", "").alias(field)
