import csv
import json
import subprocess
import sys
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.surroundings import environment

COLUMNS = {
    "newsfeed": ["reader_id", "position", "post_id", "author_id", "reposter_id", "entered_at"],
    "user_timeline": ["author_id", "post_id", "kind", "entered_at"],
    "profile": [
        "user_id", "username", "first_name", "last_name", "bio", "is_active", "joined_at", "last_active_at",
        "followers", "followees", "posts", "likes_received",
    ],
    "posts": ["post_id", "author_id", "text", "languages", "reply_to_post_id", "posted_at", "edited_at"],
}  # fmt: skip
SORTED_BY = {"newsfeed": 2, "user_timeline": 1, "profile": 1, "posts": 1}
TIMELINE = """\
"author_id","post_id","kind","entered_at"
2,40,"repost","2025-12-31T10:07:00.000000Z"
2,20,"post","2025-12-31T10:06:00.500000Z"
4,40,"post","2025-12-31T10:05:30.000000Z"
5,50,"reply","2025-12-31T11:00:00.000000Z"
"""
NEWSFEED = """\
"reader_id","position","post_id","author_id","reposter_id","entered_at"
1,1,40,4,2,"2025-12-31T10:07:00.000000Z"
1,2,20,2,,"2025-12-31T10:06:00.500000Z"
2,1,20,2,,"2025-12-31T10:06:00.500000Z"
4,1,40,4,,"2025-12-31T10:05:30.000000Z"
5,1,50,5,,"2025-12-31T11:00:00.000000Z"
"""


@pytest.fixture
def export(ask, tmp_path):
    """A function that exports a view; the file."""

    def to_file(view, suffix, *arguments):
        said = ask("export", view, tmp_path / f"a.{suffix}", *arguments)
        assert (said.code, said.err) == (0, "")
        return tmp_path / f"a.{suffix}"

    return to_file


def in_csv(file):
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def in_jsonl(file):
    return [json.loads(text) for text in file.read_text("utf-8").splitlines()]


def in_parquet(file):
    return pq.read_table(file).to_pylist()


@pytest.mark.parametrize("view", COLUMNS)
@pytest.mark.parametrize(("suffix", "read"), [("csv", in_csv), ("jsonl", in_jsonl), ("parquet", in_parquet)])
def test_an_export_has_the_columns_of_its_view_and_its_order(export, view, suffix, read):
    rows = read(export(view, suffix))
    sorted_by = [tuple(int(row[name]) for name in COLUMNS[view][: SORTED_BY[view]]) for row in rows]
    assert {tuple(row) for row in rows} == {tuple(COLUMNS[view])}
    assert (sorted_by, len(rows) > 2) == (sorted(sorted_by), True)


def test_an_exported_newsfeed_and_exported_timelines_word_for_word(export):
    assert export("newsfeed", "csv").read_text() == NEWSFEED
    assert export("user_timeline", "csv").read_text() == TIMELINE


def test_a_post_in_each_format(export):
    text, time = 'from "four", 東京', datetime(2025, 12, 31, 10, 5, 30, tzinfo=UTC)
    shared = {"post_id": 40, "author_id": 4, "text": text, "reply_to_post_id": None, "edited_at": None}
    (as_text,) = (row for row in in_csv(export("posts", "csv")) if row["post_id"] == "40")
    assert as_text == {
        "post_id": "40", "author_id": "4", "text": text, "languages": '["ja"]', "reply_to_post_id": "",
        "posted_at": "2025-12-31T10:05:30.000000Z", "edited_at": "",
    }  # fmt: skip
    assert in_parquet(export("posts", "parquet"))[1] == shared | {"languages": ["ja"], "posted_at": time}
    assert in_jsonl(export("posts", "jsonl"))[1] == shared | {
        "languages": ["ja"], "posted_at": "2025-12-31T10:05:30.000000Z",
    }  # fmt: skip


def test_parquet_has_the_types_of_the_contract(export):
    schema = pq.read_schema(export("newsfeed", "parquet"))
    ids = [schema.field(name).type for name in ("reader_id", "post_id", "author_id", "reposter_id")]
    assert (set(ids), schema.field("position").type) == ({pa.int64()}, pa.int32())
    assert schema.field("entered_at").type == pa.timestamp("us", tz="UTC")


def test_an_old_release_can_be_exported(export, ask, tmp_path):
    assert export("newsfeed", "csv", "--release", 1).read_text() == NEWSFEED.rpartition("5,1,50")[0]


def test_an_export_says_what_it_wrote(ask, tmp_path):
    file = tmp_path / "a.JSONL"
    assert ask("export", "posts", file).out == f"3 rows of posts, release 2, in {file}\n"


def test_an_empty_view_is_exported_with_its_columns(call, tmp_path):
    root, file = tmp_path / "lake", tmp_path / "a"
    file.write_text(
        '{"event_id":"e","event_type":"unliked","event_time":"2025-01-01T00:00:00Z","actor_id":1,"post_id":1}'
    )
    assert [call(*command, "--root", root).code for command in (["land", file], ["run"])] == [0, 0]
    for suffix, expected in [("csv", NEWSFEED.splitlines()[0] + "\n"), ("jsonl", "")]:
        assert call("export", "newsfeed", tmp_path / f"b.{suffix}", "--root", root).out.startswith("0 rows of newsfeed")
        assert (tmp_path / f"b.{suffix}").read_text() == expected


LIMITED = """
import resource
from pipelines.cli import script

resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))
script()
"""


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_good_file_stays_when_there_is_no_room_for_another(export, told, suffix):
    file = export("newsfeed", suffix)
    good = file.read_bytes()
    command = [sys.executable, "-c", LIMITED, "export", "newsfeed", str(file), "--root", told.root]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    assert (done.returncode, done.stderr) == (1, f"error: cannot write {file}: File too large\n")
    assert (file.read_bytes(), list(file.parent.iterdir())) == (good, [file])


def test_ids_are_strings_in_json_lines_when_asked_for(export):
    (_, entry, *_) = in_jsonl(export("newsfeed", "jsonl", "--ids-as-strings"))
    assert (entry["reader_id"], entry["post_id"], entry["reposter_id"], entry["position"]) == ("1", "20", None, 2)
