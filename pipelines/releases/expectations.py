"""Expectations: queries of the user's own over the views that must find no row; kept in the lake, a file each.

Each release is asked them before it is published.
"""

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pipelines.errors import NewsfeedError, UsageError
from pipelines.releases.release import Release, Released, last_release, require_lake
from pipelines.storage import delta, folders, places
from pipelines.storage.checksums import damaged, reading
from pipelines.storage.lake import Lake
from pipelines.storage.query import NoQuery, QueryError, query
from pipelines.storage.replacing import replacing
from pipelines.storage.statements import reads
from pipelines.views import named_in

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIX = ".sql"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
LONGEST = 1 << 20
"""The most bytes that a query has."""
SEAL = b"\n-- checksum %08x\n"
"""What stands behind a query that is kept: the CRC-32 of its bytes."""
TOLD, SHOWN = 5, 60
"""How many of the rows are told, and how much of a value."""


class BrokenExpectation(NewsfeedError):
    """A release would break an expectation, or cannot be asked it."""


class NoExpectation(UsageError):
    """There is no such expectation, or what is given is none."""


@dataclass(frozen=True)
class Expectation:
    """A query that must find no row, by its name."""

    name: str
    sql: str


@dataclass(frozen=True)
class Found:
    """How many rows a query found, the first of them in words, and why it cannot be asked, None where it can."""

    rows: int = 0
    samples: tuple[str, ...] = ()
    fault: str | None = None

    @property
    def lines(self) -> list[str]:
        """What was found, a line each."""
        more = [f"and {self.rows - len(self.samples):,} more"] if self.rows > len(self.samples) else []
        return [f"  {line}" for line in ([self.fault] if self.fault else [*self.samples, *more])]


def expectations(lake: Lake) -> list[Expectation]:
    """All expectations of a lake by name. Raises DamagedFile, PlaceError."""
    names = sorted(name for name in folders.sizes(lake.checks) if _is_kept(name))
    return [Expectation(name.removesuffix(SUFFIX), _kept_text(places.join(lake.checks, name))) for name in names]


def read_expectation(file: str) -> Expectation:
    """The expectation that a file has, which has its name. Raises PlaceError, NoExpectation."""
    place = places.absolute(file)
    name, sql = place.rsplit("/", 1)[-1], _text(place)
    if not _is_kept(name):
        raise NoExpectation(f"expected a file NAME.sql, NAME of letters, digits, - and _, found {file!r}")
    if not reads(sql):
        raise NoExpectation(f"{file}: expected a query that begins with SELECT, WITH or VALUES")
    return Expectation(name.removesuffix(SUFFIX), sql)


def keep(lake: Lake, one: Expectation) -> tuple[Release, Found] | None:
    """Keep an expectation, instead of another of that name; what the last release says to it, None before the first.

    Raises NoLake, PlaceError, and NoExpectation when it cannot be asked.
    """
    require_lake(lake)
    last = last_release(lake)
    found = None if last is None else asked(lake, one, last.tables)
    if found is not None and found.fault is not None:
        raise NoExpectation(f"check {one.name}: {found.fault}; it is not kept")
    folders.make(lake.checks)
    with replacing(_place(lake, one.name)) as file:
        file.write(sealed(one.sql.encode()))
    return None if last is None or found is None else (last, found)


def forget(lake: Lake, name: str) -> None:
    """Take an expectation away. Raises NoLake, NoExpectation, PlaceError."""
    require_lake(lake)
    known = sorted(name.removesuffix(SUFFIX) for name in folders.sizes(lake.checks) if _is_kept(name))
    if name not in known:
        raise NoExpectation(f"there is no check {name!r}: expected one of {', '.join(known) or 'none'}")
    places.remove(_place(lake, name))


def asked(lake: Lake, one: Expectation, tables: Mapping[str, Released]) -> Found:
    """What the views of a release, which need not be published yet, say to an expectation. Raises DamagedFile."""
    handles = {view: _handle(lake, view, tables) for view in named_in(one.sql) if f"views/{view}" in tables}
    try:
        result = query(handles, one.sql)
        samples, rows = list[str](), 0
        for batch in result.batches:
            samples += islice(_told(result.schema.names, batch), TOLD - len(samples))
            rows += batch.num_rows
    except (NoQuery, QueryError) as fault:
        return Found(fault=str(fault))
    return Found(rows, tuple(samples))


def require_met(lake: Lake, tables: Mapping[str, Released], number: int, last: Release | None) -> None:
    """Raise BrokenExpectation unless the tables of a release that is not published yet meet all expectations."""
    found = {one.name: asked(lake, one, tables) for one in expectations(lake)}
    broken = {name: one for name, one in found.items() if one.rows or one.fault}
    if broken:
        state = f"release {number} is not published" + (f", release {last.number} serves on" if last else "")
        told = [line for name, one in broken.items() for line in (_heading(name, one), *one.lines)]
        way_out = "mend what is wrong, or take a check away by `newsfeed check --remove NAME`"
        raise BrokenExpectation("\n".join([f"{state}:", *told, way_out]))


def _heading(name: str, found: Found) -> str:
    if found.fault:
        return f"check {name} cannot be asked any more:"
    return f"check {name} found {found.rows:,} {'row' if found.rows == 1 else 'rows'}:"


def _handle(lake: Lake, view: str, tables: Mapping[str, Released]) -> delta.Handle:
    handle = delta.find(lake.view(view), tables[f"views/{view}"].version)
    if handle is None:
        raise BrokenExpectation(f"version {tables[f'views/{view}'].version} of {lake.view(view)} is gone")
    return handle


def _told(names: list[str], batch: "pa.RecordBatch") -> Iterator[str]:
    """The rows in words."""
    from pipelines.storage.values import distinct, plain

    for values in zip(*map(plain, batch.columns), strict=True):
        yield ", ".join(f"{name} {_shown(value)}" for name, value in zip(distinct(names), values, strict=True))


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _place(lake: Lake, name: str) -> str:
    return places.join(lake.checks, f"{name}{SUFFIX}")


def _is_kept(file: str) -> bool:
    return file.endswith(SUFFIX) and NAME.fullmatch(file.removesuffix(SUFFIX)) is not None


def sealed(sql: bytes) -> bytes:
    """A query as it is kept: with its checksum behind it, as a comment."""
    return sql + SEAL % zlib.crc32(sql)


def _kept_text(place: str) -> str:
    """The text of a query that is kept. Raises DamagedFile, PlaceError."""
    with reading(place) as file:
        data = file.read()
    sql = data[: -len(SEAL % 0)]
    if data != sealed(sql):
        raise damaged(place, "expected a query with its checksum behind it")
    return sql.decode()


def _text(place: str) -> str:
    """The text of a file. Raises PlaceError, NoExpectation."""
    data = places.beginning(place, LONGEST + 1)
    if len(data) > LONGEST:
        raise NoExpectation(f"{place}: expected at most {LONGEST:,} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError as fault:
        raise NoExpectation(f"{place}: expected UTF-8, found another byte at {fault.start}") from fault
