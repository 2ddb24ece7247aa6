"""Activity: when each user did anything, which no table keeps but several are made of."""

import pyarrow as pa

from pipelines.inputs import Extract

ACTED = pa.schema([("user_id", pa.int64()), ("event_time", pa.timestamp("us", tz="UTC"))])


def _acted(_: str, events: pa.Table) -> pa.Table:
    return events.rename_columns(ACTED.names)


ACTIVITY = Extract("activity", ACTED, ("actor_id", "event_time"), _acted, by="user_id")
"""Who acted and when, of every event."""
