"""Damage: each class of file below a root, and each way in which a file of it is damaged."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Final

from deltalake import DeltaTable

PAGE: Final = 4096

CLASSES: Final[Mapping[str, str]] = {
    "log": "log/ingestion_date=*/*.parquet",
    "log's commit": "log/_delta_log/*.json",
    "log's checkpoint": "log/_delta_log/*.checkpoint.parquet",
    "log's _last_checkpoint": "log/_delta_log/_last_checkpoint",
    "relation": "relations/*/*.parquet",
    "relation's commit": "relations/*/_delta_log/*.json",
    "relation's checkpoint": "relations/*/_delta_log/*.checkpoint.parquet",
    "relation's _last_checkpoint": "relations/*/_delta_log/_last_checkpoint",
    "view": "views/*/*.parquet",
    "view's commit": "views/*/_delta_log/*.json",
    "view's checkpoint": "views/*/_delta_log/*.checkpoint.parquet",
    "view's _last_checkpoint": "views/*/_delta_log/_last_checkpoint",
    "release record": "releases/*.parquet",
    "releases' commit": "releases/_delta_log/*.json",
    "releases' checkpoint": "releases/_delta_log/*.checkpoint.parquet",
    "run of the index of ids": "ids/run-*",
    "run of the index of records": "records/run-*",
    "quarantine": "quarantine/*.parquet",
    "quarantine's commit": "quarantine/_delta_log/*.json",
    "long line in quarantine": "quarantine_raw/*",
    "names behind ids": "identities/*.parquet",
    "names' commit": "identities/_delta_log/*.json",
    "check": "checks/*.sql",
    "measures": "metrics/*.json",
    "scratch": "_scratch/*/*",
}
"""The files of a lake by class, each as a pattern below the root."""


def file_of(root: Path, kind: str, random: Random, within: str = "") -> Path | None:
    """A drawn file of a class, with something in its path, that a table still has; None where there is none."""
    found = [
        file for file in sorted(root.glob(CLASSES[kind])) if file.is_file() and within in str(file) and _is_live(file)
    ]
    return random.choice(found) if found else None


def _is_live(file: Path) -> bool:
    """Whether the newest version of a table has a data file; a file that is none may be what it wants."""
    tables = [one for one in file.parents if (one / "_delta_log").is_dir()]
    return file.parent.name == "_delta_log" or not tables or str(file) in DeltaTable(tables[0]).file_uris()


def _tear(path: Path, random: Random) -> None:
    size = path.stat().st_size
    os.truncate(path, random.randrange(1, size) if size > 1 else 0)


def _flip(path: Path, random: Random) -> None:
    data = bytearray(path.read_bytes())
    if not data:
        return
    bit = random.randrange(8 * len(data))
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def _zero(path: Path, _random: Random) -> None:
    data = path.read_bytes()
    end = max(0, len(data) - 1) // PAGE * PAGE
    path.write_bytes(data[:end] + bytes(len(data) - end))


def _append(path: Path, random: Random) -> None:
    with path.open("ab") as file:
        file.write(random.randbytes(100))


WAYS: Final[Mapping[str, Callable[[Path, Random], None]]] = {
    "deleted": lambda path, _: path.unlink(),
    "empty": lambda path, _: os.truncate(path, 0),
    "torn": _tear,
    "bit flipped": _flip,
    "last page zeroed": _zero,
    "garbage behind": _append,
}
"""What happens to a file; where, is drawn."""
