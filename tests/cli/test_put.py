"""A file that is put is there whole, under its name, and takes no other's place."""

import pytest


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"a line\n")
    return path


@pytest.mark.parametrize(("to", "name"), [("inbox/", "events.jsonl"), ("inbox/deep/first.jsonl", "deep/first.jsonl")])
def test_a_file_is_put_into_a_folder_or_under_a_name(call, file, tmp_path, to, name):
    said = call("put", file, f"{tmp_path}/{to}")
    target = tmp_path / "inbox" / name
    assert (said.code, said.out, said.err) == (0, f"{target}: 7 bytes\n", "")
    assert (target.read_bytes(), list(target.parent.iterdir())) == (b"a line\n", [target])


def test_the_same_file_is_there_already(call, file, tmp_path):
    (tmp_path / "inbox").mkdir()
    assert call("put", file, tmp_path / "inbox").code == 0
    said = call("put", file, tmp_path / "inbox")
    assert (said.code, said.out) == (0, f"{tmp_path}/inbox/events.jsonl: 7 bytes, already there\n")


def test_a_file_with_another_content_stays(call, file, tmp_path):
    target = tmp_path / "other.jsonl"
    target.write_bytes(b"another\n")
    said = call("put", file, target)
    assert (said.code, said.err) == (1, f"error: cannot write {target}: a file with another content is there\n")
    assert target.read_bytes() == b"another\n"


def test_what_cannot_be_read_is_told_and_nothing_is_put(call, tmp_path):
    said = call("put", tmp_path / "nothing", f"{tmp_path}/inbox/")
    assert (said.code, said.err) == (1, f"error: cannot read {tmp_path}/nothing: No such file or directory\n")
    assert list((tmp_path / "inbox").iterdir()) == []


def test_where_nothing_listens_that_is_told(call, file):
    said = call("put", file, "webhdfs://127.0.0.1:1/inbox/")
    assert (said.code, said.err) == (1, "error: cannot reach webhdfs://127.0.0.1:1/inbox/: Connection refused\n")
