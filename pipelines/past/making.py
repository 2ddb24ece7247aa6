"""Making: a view's rows, of some events in memory, by the functions that make it of the log; all are one bucket."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count

import pyarrow as pa

from pipelines.arrays import no_rows, with_columns
from pipelines.events.log import LOG
from pipelines.inputs import BucketInputs, Extract
from pipelines.policy import Policy
from pipelines.projections import AnyProjection, BucketProjection, Exchange
from pipelines.ranges import GREATEST, LEAST, FileRange, Ranges
from pipelines.relations import load_relations
from pipelines.views import load_view

Events = Mapping[str, pa.Table]
"""Events by type, each in its newest version, with the fields that are known; others are null."""
MEMORY = 1 << 40
"""How many bytes making may take: what it is made of is in memory already."""
_numbers = count()


@dataclass
class Tables:
    """The tables that were made so far, as data files: what tasks keep of one is never taken for another's."""

    rows: dict[str, pa.Table] = field(default_factory=dict)
    places: dict[str, Ranges] = field(default_factory=dict)

    def add(self, name: str, rows: pa.Table) -> None:
        """Add a table, as one file."""
        place = f"{name} {next(_numbers)}"
        self.rows[place] = rows
        self.places[name] = (FileRange(0, LEAST, GREATEST, place, rows.num_rows),)

    def open(self, place: str, columns: list[str]) -> pa.Table:
        """Columns of a file."""
        return self.rows[place].select(columns)

    def count(self, place: str) -> int:
        """How many rows a file has."""
        return int(self.rows[place].num_rows)


def made_of(view: str) -> list[BucketProjection]:
    """A view's projection, the last one, behind those of the relations that it is made of."""
    found: list[AnyProjection] = [load_view(view)]
    for name, relation in reversed(load_relations().items()):
        if any(name in one.reads for one in found):
            found.insert(0, relation)
    return [one for one in found if isinstance(one, BucketProjection)]


def fields(view: str, event_type: str) -> list[str]:
    """The fields that a view is made of, of events of a type."""
    extracts = (one for made in made_of(view) for one in made.extracts if takes(one, event_type))
    return list(dict.fromkeys(name for one in extracts for name in one.fields))


def takes(extract: Extract, event_type: str) -> bool:
    """Whether an extract takes events of a type."""
    return not extract.types or event_type in extract.types


def make(view: str, events: Events, policy: Policy) -> pa.Table:
    """The rows of a view, if these were all events."""
    tables = Tables()
    for one in made_of(view):
        extracted = partial(_extracted, events)
        inputs = BucketInputs(policy, 1, tables.places, tables.open, tables.count, MEMORY, MEMORY, extracted)
        if one.exchange is not None:
            inputs = _with_sent(one.exchange, inputs)
        rows = pa.Table.from_batches(one.merge(0, inputs), one.table.arrow).combine_chunks()
        tables.add(one.table.name, rows)
    return rows


def _extracted(events: Events, extract: Extract, _: int) -> pa.Table:
    schema = pa.schema([LOG.arrow.field(name) for name in extract.fields])
    asked = {kind: with_columns(some, schema) for kind, some in events.items() if takes(extract, kind)}
    found = (extract.rows(kind, some) for kind, some in asked.items())
    return pa.concat_tables([no_rows(extract.schema), *found]).combine_chunks()


def _with_sent(exchange: Exchange, inputs: BucketInputs) -> BucketInputs:
    """The inputs with what is sent to the one bucket, which sends it."""
    if exchange.before is not None:
        inputs = _with_sent(exchange.before, inputs)
    rows = exchange.rows(0, inputs).cast(exchange.schema)
    return replace(inputs, received=lambda _: rows)
