"""The mutations of `make mutate` can be made: each text is in its file once. That tests notice them is shown by it."""

import pytest

from mutations import CONTRACT, PROJECT, Mutation, mutations

ALL = mutations()


@pytest.mark.parametrize("mutation", ALL, ids=lambda mutation: mutation.rule)
def test_each_can_be_made_and_leaves_code(mutation):
    assert mutation.fault() is None
    text = (PROJECT / mutation.file).read_text("utf-8")
    compile(text.replace(mutation.there, mutation.instead), mutation.file, "exec")


def test_each_breaks_another_rule():
    assert len({mutation.rule for mutation in ALL}) == len(ALL) >= 30
    assert len({(mutation.file, mutation.there, mutation.instead) for mutation in ALL}) == len(ALL)


HERE = "rules.py::test_it"
GONE = "rules.py::TestGone::test_of_all"
OF_ALL = "rules.py::TestStore::test_of_all"


@pytest.mark.parametrize(
    ("file", "there", "instead", "noticing", "fault"),
    [
        ("rules.py", "one", "two", HERE, None),
        ("rules.py", "one", "two", f"{HERE}[batches]", None),
        ("rules.py", "one", "two", OF_ALL, None),
        ("rules.py", "a ", "b", HERE, "a broken rule: rules.py: expected once, found 2 times: a"),
        ("rules.py", "four", "five", HERE, "a broken rule: rules.py: expected once, found 0 times: four"),
        ("rules.py", "one", "one", HERE, "a broken rule: rules.py: it changes nothing"),
        ("gone.py", "one", "two", HERE, "a broken rule: gone.py: expected a file, found none"),
        ("rules.py", "one", "two", f"{HERE}_all", f"a broken rule: expected a test, found none: {HERE}_all"),
        ("rules.py", "one", "two", "gone.py::test_it", "a broken rule: expected a test, found none: gone.py::test_it"),
        ("rules.py", "one", "two", GONE, f"a broken rule: expected a test, found none: {GONE}"),
    ],
)
def test_one_that_cannot_be_made_or_names_no_test_says_why(tmp_path, file, there, instead, noticing, fault):
    (tmp_path / "rules.py").write_text("a one, a two\ndef test_it():\nclass TestStore(Contract):", "utf-8")
    (tmp_path / CONTRACT).parent.mkdir(parents=True)
    (tmp_path / CONTRACT).write_text("def test_of_all(", "utf-8")
    assert Mutation("a broken rule", file, there, instead, noticing).fault(tmp_path) == fault


def test_it_is_made_in_one_place(tmp_path):
    (tmp_path / "rules.py").write_text("a < b <= c", "utf-8")
    Mutation("a tie is none", "rules.py", "<=", "<", HERE).make(tmp_path)
    assert (tmp_path / "rules.py").read_text("utf-8") == "a < b < c"
