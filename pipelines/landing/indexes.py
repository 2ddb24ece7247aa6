"""The indexes of the log that a landing looks in: of ids, and of the records that foreign events are of."""

from collections.abc import Sequence

from pipelines.adapters import load_record_ids
from pipelines.engines.base import Engine
from pipelines.landing.id_index import File, Index
from pipelines.landing.id_words import IDS, Kind
from pipelines.storage.datafiles import DataFile
from pipelines.storage.lake import Lake


class Indexes:
    """The indexes for the files of one version of the log; that of records is None for a format without retractions."""

    def __init__(self, lake: Lake, files: Sequence[File], format_name: str) -> None:
        of = load_record_ids(format_name)
        records = None if of is None else Kind(f"event_id, {of.length} characters", of.begin, of.length, by_all=False)
        self.ids = Index(lake.ids, IDS, lake.log, files)
        self.records = None if records is None else Index(lake.records, records, lake.log, files)

    def add(self, engine: Engine, committed: Sequence[DataFile], staging: str) -> tuple[str, ...]:
        """Add what was committed to those that were looked in; what is to be said of them."""
        files = [File(file.path, file.rows) for file in committed]
        asked = [self.ids] if self.records is None else [self.ids, self.records]
        return tuple(text for index in asked for text in index.add(engine, files, staging))
