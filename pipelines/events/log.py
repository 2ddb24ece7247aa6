"""The log: one wide table of all events; the names behind foreign ids; the quarantine of lines that did not fit.

And what was taken out of them of persons who were erased.
"""

from pipelines.events import PAYLOAD_FIELDS
from pipelines.events.contract import ENVELOPE
from pipelines.tables import Column, Table

ALWAYS = {field.name for field in ENVELOPE if field.required} | {"version"}
"""What every event has, whatever its type."""
GIVEN = tuple(
    Column(field.name, field.type, field.description, nullable=field.name not in ALWAYS)
    for field in (*ENVELOPE, *PAYLOAD_FIELDS)
)

CONTENT_HASH = Column("content_hash", "bigint", "64-bit hash of the version and the decoded fields as they came")

LOG = Table(
    "log",
    (
        *GIVEN,
        CONTENT_HASH,
        Column("landing", "bigint", "number of the commit that brought the event"),
        Column("ingestion_time", "timestamp", "when the log received it"),
        Column("ingestion_date", "date", "UTC date of ingestion_time; the log's partition"),
    ),
    key=("event_id",),
    description="Every event that ever fitted the contract, once.",
)

PARTITION = "ingestion_date"
LOG_FILE = Table("log", tuple(column for column in LOG.columns if column.name != PARTITION), LOG.key)
"""What a data file of the log holds: all but the partition, which is in its path."""

IDENTITIES = Table(
    "identities",
    (
        Column("id", "bigint", "the id, of a user or a post, that an adapter made of the name"),
        Column(
            "name",
            "string",
            "what the network that the events come from calls the user or the post; empty once the person is erased",
        ),
    ),
    key=("id",),
    description="The foreign name behind every id that an adapter made; no two names have one id.",
)

QUARANTINE = Table(
    "quarantine",
    (
        Column("source", "string", "the file from which the line came"),
        Column("byte_offset", "bigint", "where the line begins in the (decompressed) source"),
        Column("raw_sha256", "string", "SHA-256 of the raw bytes"),
        Column("line_number", "bigint", "the line's number in the source, from 1"),
        Column(
            "raw",
            "binary",
            "the line as it came; null if it has more than 16 MiB (see below), or is of a person who was erased",
            nullable=True,
        ),
        Column("format", "string", "the adapter that read the source"),
        Column("faults", "array<string>", "everything that is wrong with the line"),
        Column("contract_version", "string", "the contract that it did not fit"),
        Column("ingestion_time", "timestamp", "when it was put here"),
    ),
    key=("source", "byte_offset", "raw_sha256"),
    description="Every line that did not fit, with its raw bytes and all its faults; one of more than 16 MiB is a file "
    "of its own, `ROOT/quarantine_raw/` and its `raw_sha256`.",
)

ERASURES = Table(
    "erasures",
    (
        Column("number", "bigint", "number of the record, from 1"),
        Column("step", "string", "`begun`, from when on landings erase, or `finished`, when nothing was left"),
        Column("user_id", "bigint", "the person"),
        Column("until", "timestamp", "up to this `event_time` the person's events have no personal payload"),
        Column("recorded_at", "timestamp", "when the record was written"),
        Column("reason", "string", "why the person was erased, as whoever did it said"),
        Column("who", "string", "the user of the system who did it"),
        Column("events", "string", "how many events said something personal, by type, as JSON"),
        Column("names", "bigint", "how many foreign names were the person's, or of the person's posts"),
        Column(
            "lines", "array<string>", "the SHA-256 of the lines in quarantine that were the person's, once finished"
        ),
        Column("certificate", "string", "number and hash of the log's events by type and ingestion date, as JSON"),
        Column("digest", "string", "SHA-256 of the digest of the record before and of this one's other columns"),
    ),
    key=("number",),
    description="What was erased of whom: two records of each erasure, none of which is ever changed.",
)
