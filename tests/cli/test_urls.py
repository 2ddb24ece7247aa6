"""Roots and sources that are URLs: reached, or told on one line why not."""

import sys

import pytest

from tests.landing.lines import file_of, ids, line

REFUSED = [
    ("foo://bar/lake", "cannot reach foo://bar/lake: expected a scheme such as file, hdfs or s3, found foo"),
    ("sftp://host/lake", 'cannot reach sftp://host/lake: SFTPFileSystem requires "paramiko" to be installed'),
    ("file://host/a", "cannot read file://host/a: expected a URL such as file:///folder/file, found the host host"),
]


@pytest.mark.parametrize("command", ["land", "run", "status", "quarantine"])
@pytest.mark.parametrize(("root", "told"), REFUSED)
def test_a_root_that_cannot_be_reached_is_told(call, tmp_path, root, told, command):
    given = [file_of(tmp_path / "a", line())] if command == "land" else []
    said = call(command, *given, "--root", root)
    assert (said.code, said.out, said.err) == (1, "", f"error: {told}\n")


@pytest.mark.parametrize(("source", "told"), REFUSED)
def test_a_source_that_cannot_be_reached_is_told(call, tmp_path, source, told):
    said = call("land", source, "--root", tmp_path / "lake")
    assert (said.code, said.out, said.err) == (1, "", f"error: {told}\n")


def test_a_root_given_as_a_url_is_the_folder(call, lake, tmp_path):
    assert call("land", file_of(tmp_path / "a", line()), "--root", f"file://{lake.root}").code == 0
    assert ids(lake) == ["e-1"]


def test_what_is_missing_at_a_url_is_told(call, tmp_path):
    said = call("land", f"file://{tmp_path}/nope.jsonl", "--root", tmp_path / "lake")
    told = f"error: cannot read {tmp_path}/nope.jsonl: no such file or folder, and no file matches it\n"
    assert (said.code, said.out, said.err) == (1, "", told)


@pytest.mark.parametrize(
    ("url", "package", "extra"), [("s3://a/b", "obstore", "object-store"), ("hdfs://a/b", "hdfs_native", "hdfs")]
)
def test_a_scheme_whose_package_is_missing_names_its_extra(call, monkeypatch, url, package, extra):
    monkeypatch.setitem(sys.modules, package, None)
    said = call("status", "--root", url)
    told = f"error: cannot reach {url}: it needs the extra {extra}: pip install 'newsfeed-pipelines[{extra}]'\n"
    assert (said.code, said.out, said.err) == (1, "", told)
