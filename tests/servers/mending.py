"""A small lake of which commands ask for the past, find damage, mend it, roll back and erase; what each says."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.landing.lines import file_of
from tests.releases.worlds import deeds

AS_OF = ("--as-of", "2025-12-30T10:05:30Z")
NO_POSTS = b"SELECT post_id FROM posts WHERE post_id > 105"
DAMAGES = """
import sys
from pipelines.storage import delta, places
gone, flipped = (delta.files(delta.find(f"{sys.argv[1]}/{table}"))[0] for table in ("views/posts", "log"))
places.remove(gone)
with places.reading(flipped) as file:
    data = bytearray(file.read())
data[len(data) // 2] ^= 1
places.remove(flipped)
with places.writing(flipped) as file:
    file.write(data)
"""
"""Take a file of a view away, and flip a bit in one of the log."""
OTHER = re.compile(
    r"part-b\d+-[0-9a-f-]+\.parquet|\b[0-9a-f]{8}\b|[0-9,]+ bytes are free|(?<=files of the log, )[0-9,]+ bytes"
)
"""Names of files, checksums, what Delta logs take, and files whose times of landing compress otherwise: each lake's."""


def told(commands, folder):
    """What each command says, and how it ends, in a new lake; what can stand in a message of a place is left out."""
    first, second = (file_of(folder / f"day-{day}", *deeds(day, *numbers)) for day, *numbers in DAYS)
    check = file_of(folder / "no-posts.sql", NO_POSTS)
    landed = ("--ingestion-time", "2026-01-01T00:00:00Z")
    steps = [
        ("land", first, *landed),
        ("run",),
        ("land", second, *landed),
        ("run",),
        ("feed", 2, *AS_OF),
        ("explain", 2, 103),
        ("diff", 1, 2),
        ("verify",),
        damaged,
        ("verify", "--quick"),
        ("repair", "--from", first, "--from", second),
        ("rollback", 1),
        ("check", check),
        ("rollback", 2),
        ("check", "--remove", "no-posts"),
        ("erase", 1, "--reason", "the law"),
        ("erase", 1, "--reason", "the law", "--execute"),
        ("user", 1),
        ("verify",),
        ("verify", "--quick"),
    ]
    return [(step, *_said(commands, step)) for step in steps]


DAYS = (30, *range(10)), (31, *range(10, 14))


def damaged(commands):
    """Damage the lake."""
    env = {**os.environ, **commands.env, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", DAMAGES, commands.root], env=env, check=True, timeout=60)


def _said(commands, step):
    if step is damaged:
        return damaged(commands), "", ""
    said = commands.call(*step)
    out = said.out.partition("\n")[0] if step == ("run",) else said.out  # behind it come seconds
    return said.code, *(OTHER.sub("OTHER", text.replace(commands.root, "ROOT")) for text in (out, said.err))


def require_mended(found, expected):
    """Each command said and did as it does on a disk, and that is as it should be."""
    for one, other in zip(found, expected, strict=True):
        assert one == other, (one, other)
    failed = [step[0] for step, code, *_ in expected if code]
    assert failed == ["verify", "rollback"]
    texts = {step[0]: out for step, _, out, _ in expected if step is not damaged}
    assert "made again: views/posts; " in texts["repair"]
    assert "user 1 is erased: " in texts["erase"]
    assert "all that was lost is back, as its certificate says\n" in texts["repair"]
