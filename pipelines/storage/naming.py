"""How data files are called: a name tells the bucket and, once the file is written, its checksums."""

import re
import uuid
from dataclasses import dataclass

WRITTEN = re.compile(r"part-b\d+-[0-9a-f]{32}-([0-9a-f]{8})([0-9a-f]{8})\.parquet")
"""The name of a file with its checksums; other tools, and this one before it had checksums, call theirs otherwise."""


@dataclass(frozen=True)
class Checksums:
    """The CRC-32 of all bytes of a data file, and of its footer with what ends the file."""

    whole: int
    footer: int


def new_mark() -> str:
    """What begins the names of files that belong together, and of no others."""
    return uuid.uuid4().hex[:16]


def new_name(bucket: int, mark: str | None = None) -> str:
    """A name that no other file has, for a file to be written."""
    return f"part-b{bucket:05d}-{mark or new_mark()}{new_mark()}.parquet"


def has_mark(name: str, mark: str) -> bool:
    """Whether a file with this name was made with the mark, written to its end or not."""
    return re.match(rf"part-b\d+-{mark}", name) is not None


def with_checksums(path: str, sums: Checksums) -> str:
    """The name of the file once it is written."""
    return f"{path.removesuffix('.parquet')}-{sums.whole:08x}{sums.footer:08x}.parquet"


def checksums_in(path: str) -> Checksums | None:
    """The checksums in a data file's name, if there are any."""
    found = WRITTEN.fullmatch(path.rsplit("/", 1)[-1])
    return None if found is None else Checksums(*(int(one, 16) for one in found.groups()))


def bucket_of(path: str) -> int:
    """The bucket in a data file's name."""
    return int(path.rsplit("part-b", 1)[1].split("-", maxsplit=1)[0])
