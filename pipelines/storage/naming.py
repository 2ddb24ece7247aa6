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


def new_name(bucket: int) -> str:
    """A name that no other file has, for a file to be written."""
    return f"part-b{bucket:05d}-{uuid.uuid4().hex}.parquet"


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
