"""The other way to erase: a log whose personal payload is encrypted by a key for each user, which is thrown away then.

A prototype that measures what it costs, and nothing else: ChaCha20, a nonce for each value, keys in memory.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

from pipelines.checks import standard_checks
from pipelines.door.erasing import NAMES
from pipelines.events.log import LOG_FILE
from pipelines.log.whole_rows import some_by_type
from pipelines.storage.file_writer import FileWriter

SCHEMA = pa.schema([field.with_type(pa.binary()) if field.name in NAMES else field for field in LOG_FILE.arrow])


class Keys:
    """A key for each user, made when it is first asked for."""

    def __init__(self) -> None:
        self._keys: dict[int, bytes] = {}

    def of(self, user: int) -> bytes:
        """The key of a user."""
        found = self._keys.get(user)
        if found is None:
            found = self._keys[user] = hashlib.sha256(f"secret of {user}".encode()).digest()
        return found

    def apply(self, user: int, event_id: str, number: int, text: bytes) -> bytes:
        """A value encrypted, or decrypted again: that of a field, by number, of an event."""
        nonce = hashlib.blake2b(f"{number} {event_id}".encode(), digest_size=16).digest()
        return Cipher(ChaCha20(self.of(user), nonce), None).encryptor().update(text)


def write(files: list[Path], folder: Path, keys: Keys | None) -> tuple[float, float]:
    """The events of files of a log written anew, encrypted where there are keys: megabytes, and seconds."""
    start, size = perf_counter(), 0
    for file in files:
        schema = LOG_FILE.arrow if keys is None else SCHEMA
        checks = standard_checks(LOG_FILE)[1:]
        writer = FileWriter(str(folder), LOG_FILE, 0, checks, hashed=False, schema=schema)
        for _, events in some_by_type(str(file)):
            rows = events if keys is None else _encrypted(events, keys)
            for batch in rows.combine_chunks().to_batches(LOG_FILE.row_group):
                writer.write(batch)
        size += writer.close().size
    return size / 1e6, perf_counter() - start


def _encrypted(events: pa.Table, keys: Keys) -> pa.Table:
    return pa.table([_column(events, name, keys) if name in NAMES else events[name] for name in SCHEMA.names], SCHEMA)


def _column(events: pa.Table, name: str, keys: Keys) -> pa.Array:
    number, values = NAMES.index(name), events[name]
    if values.null_count == len(values):
        return pa.nulls(len(values), pa.binary())
    rows = zip(events["actor_id"].to_pylist(), events["event_id"].to_pylist(), values.to_pylist(), strict=True)
    made = [None if text is None else keys.apply(user, event, number, text.encode()) for user, event, text in rows]
    return pa.array(made, pa.binary())


def read(folder: Path, keys: Keys | None) -> float:
    """The seconds in which all that is personal is read from a log, and decrypted where there are keys."""
    start = perf_counter()
    for file in sorted(folder.glob("*.parquet")):
        for events in _personal(file):
            for name in NAMES:
                if keys is not None and events[name].null_count < len(events):
                    _decrypted(events, name, keys)
    return perf_counter() - start


def _personal(file: Path) -> Iterator[pa.Table]:
    import pyarrow.parquet as pq

    read = pq.ParquetFile(file)
    for group in range(read.num_row_groups):
        yield read.read_row_group(group, ["actor_id", "event_id", *NAMES])


def _decrypted(events: pa.Table, name: str, keys: Keys) -> pa.Array:
    number = NAMES.index(name)
    rows = zip(events["actor_id"].to_pylist(), events["event_id"].to_pylist(), events[name].to_pylist(), strict=True)
    texts = [None if text is None else keys.apply(user, event, number, text) for user, event, text in rows]
    return pa.array(texts, pa.binary())
