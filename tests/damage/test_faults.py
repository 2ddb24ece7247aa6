"""A data file that is cut off, empty or gone: one line names it, says what was found, and what helps."""

import os
import re

import pytest

from pipelines.landing.raw_lines import RawLines
from pipelines.storage import checksums, datafiles, logfiles, naming
from pipelines.storage.checksums import DamagedFile
from pipelines.storage.keyed import KeyedFile
from tests.damage.conftest import file_of_table

FAULTS = {
    "missing": (lambda path: path.unlink(), "is missing; "),
    "empty": (
        lambda path: os.truncate(path, 0),
        "is damaged: expected a ",
    ),
    "cut off": (lambda path: os.truncate(path, path.stat().st_size // 2), "is damaged: expected a "),
    "another file": (lambda path: path.write_bytes(b"PAR1" * 5), "is damaged: expected a "),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), ""),
}
READERS = {
    "whole": lambda place: datafiles.read(place, None),
    "count": datafiles.count,
    "by type": lambda place: list(logfiles.by_type(place, lambda _: ["event_id"])),
    "by key": lambda place: KeyedFile(place, "post_id").rows([1], None),
    "verify": checksums.verify,
}


def told(read, path):
    with pytest.raises(checksums.PlaceError) as raised:
        read(str(path))
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(("damage", "what"), FAULTS.values(), ids=FAULTS)
def test_whoever_reads_a_file_that_is_damaged_tells_of_it(copy, damage, what, read):
    path = file_of_table(copy, "log")
    damage(path)
    assert re.match(f"(cannot read )?{re.escape(str(path))}.*{re.escape(what)}", told(read, path))


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_file_in_the_place_of_another_is_told_of(copy, read):
    path = file_of_table(copy, "relations/posts")
    path.write_bytes(file_of_table(copy, "log").read_bytes())
    assert re.search("expected a (footer|file) with the checksum [0-9a-f]{8}, found [0-9a-f]{8}; ", told(read, path))


def test_what_helps_depends_on_what_is_damaged(copy):
    again = "`newsfeed repair` tells what was lost, and with --from lands that again from its source"
    helps = {
        "log": again,
        "quarantine": again,
        "views/posts": "`newsfeed repair` makes it again from the log",
        "releases": "`newsfeed repair` writes it again",
    }
    for table, says in helps.items():
        file_of_table(copy, table).unlink()
        with pytest.raises(DamagedFile, match=f"is missing; {says}$"):
            checksums.verify(str(file_of_table(copy, table)))


def test_a_file_that_was_written_before_names_had_checksums_is_read(copy):
    path = file_of_table(copy, "log")
    old = path.rename(path.with_name(naming.new_name(0)))
    assert datafiles.read(str(old), None).num_rows == 80
    checksums.verify(str(old))


def test_a_long_line_in_quarantine_is_as_it_was_kept_or_told_of(tmp_path):
    kept = RawLines(str(tmp_path / "quarantine_raw"), str(tmp_path))
    digest = kept.keep(b"long")
    assert b"".join(kept.pieces(digest)) == b"long"
    for damage in (lambda path: path.write_bytes(b"song"), lambda path: path.unlink()):
        damage(tmp_path / "quarantine_raw" / digest)
        with pytest.raises(DamagedFile, match=f"^{kept.place(digest)} is .*; `newsfeed repair` tells what was lost"):
            list(kept.pieces(digest))
