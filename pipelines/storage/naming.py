"""How data files are called: a name tells the bucket."""

import uuid


def new_name(bucket: int) -> str:
    """A name that no other file has."""
    return f"part-b{bucket:05d}-{uuid.uuid4().hex}.parquet"


def bucket_of(path: str) -> int:
    """The bucket in a data file's name."""
    return int(path.rsplit("part-b", 1)[1].split("-", maxsplit=1)[0])
