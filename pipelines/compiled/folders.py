"""Where machine code is kept: files that tell by a checksum whether they are whole."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

NAME = "newsfeed-compiled"
BESIDE = Path(__file__).parents[1] / "__pycache__" / NAME
SUM = hashlib.blake2b().digest_size


def read(name: str) -> bytes | None:
    """What was written under a name; None where there is no such file, or none that is whole."""
    for folder in folders():
        with suppress(OSError):
            content = Path(folder, name).read_bytes()
            if hashlib.blake2b(content[SUM:]).digest() == content[:SUM]:
                return content[SUM:]
    return None


def write(name: str, content: bytes) -> Path | None:
    """The folder in which the content is now kept under a name: the first that takes it; None where none does."""
    for folder in folders():
        beside = Path(folder, f"{name}.{os.getpid()}.tmp")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(hashlib.blake2b(content).digest() + content)
            beside.replace(Path(folder, name))
        except OSError:
            with suppress(OSError):
                beside.unlink()
        else:
            return folder
    return None


def folders() -> tuple[Path, ...]:
    """Where to look, and to write, in this order: `NUMBA_CACHE_DIR` alone, when it is set; otherwise beside the source.

    Where that may not be written, in the user's cache, and then in a temporary folder of the user's.
    """
    return _folders(os.environ.get("NUMBA_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME"), os.geteuid())


@lru_cache
def _folders(given: str | None, cache: str | None, user: int) -> tuple[Path, ...]:
    if given:
        return (Path(given, NAME),)
    return (BESIDE, *(folder for folder in _of_the_user(cache, user) if _is_safe(folder, user)))


def _of_the_user(cache: str | None, user: int) -> Iterator[Path]:
    at = cache or os.path.expanduser("~/.cache")  # noqa: PTH111 (a Path raises where there is no home)
    if os.path.isabs(at):  # noqa: PTH117 (a text)
        yield Path(at, NAME)
    yield Path(tempfile.gettempdir(), f"{NAME}-{user}")


def _is_safe(folder: Path, user: int) -> bool:
    """Whether a folder is the user's, and no other writes to it; one that is not there is made so."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == user and not found.st_mode & 0o022
