"""The indexes of the log that a landing looks in: of ids, and of the records that foreign events are of."""

from collections.abc import Sequence

from pipelines.adapters import load_record_ids
from pipelines.engines.base import Engine
from pipelines.landing.id_index import File, Index
from pipelines.landing.id_words import IDS, FileWords, Kind
from pipelines.storage.lake import Lake


class Indexes:
    """The indexes for the files of one version of the log; that of records is None for a format without retractions."""

    def __init__(self, lake: Lake, files: Sequence[File], format_name: str) -> None:
        of = load_record_ids(format_name)
        records = None if of is None else Kind(f"event_id, {of.length} characters", of.begin, of.length, by_all=False)
        self.ids = Index(lake.ids, IDS, lake.log, files)
        self.records = None if records is None else Index(lake.records, records, lake.log, files)

        self._all = [index for index in (self.ids, self.records) if index is not None]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """By what events are looked for."""
        return tuple(index.kind for index in self._all)

    def add(self, engine: Engine, committed: Sequence[tuple[FileWords, ...]], staging: str) -> tuple[str, ...]:
        """Add the words of each kind of files that were committed; what is to be said of it."""
        texts = (
            index.add(engine, [words[number] for words in committed], staging) for number, index in enumerate(self._all)
        )
        return tuple(text for told in texts for text in told)
