"""Files, tuples and declarations agree, and what must be quick to start loads nothing heavy."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import pipelines
from pipelines.adapters import EVENTS, FORMATS, load_adapter
from pipelines.events import CONTRACT, EVENT_TYPES
from pipelines.events.contract import ENVELOPE
from pipelines.events.log import IDENTITIES, LOG
from pipelines.relations import RELATIONS, load_relations
from pipelines.runs.publishing import projections
from pipelines.views import VIEWS, load_views
from tests.reference import VIEWS as MODEL

ROOT = Path(pipelines.__file__).parent
# what the files of a folder share
SHARED = {"__init__", "contract", "log", "upcasting", "atproto"}
SHARED |= {
    "touched",
    "activity",
    "arrays",
    "facts",
    "matching",
    "members",
    "recount",
    "sayings",
    "standing",
    "partial_counts",
    "newsfeed_changes",
    "newsfeed_inputs",
    "newsfeed_updates",
    "notifications_changes",
    "notifications_sent",
}
ENGINES = ("pyspark", "pysail", "numba", "pyarrow", "pandas", "numpy", "duckdb")


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        ("events", EVENT_TYPES),
        ("relations", RELATIONS),
        ("views", VIEWS),
        ("adapters", [name for name in FORMATS if name != EVENTS]),
    ],
)
def test_each_file_of_a_folder_is_named_once_in_its_tuple(folder, names):
    files = {file.stem for file in (ROOT / folder).glob("*.py")} - SHARED
    assert sorted(names) == sorted(files)


def test_each_declaration_is_called_as_its_file():
    assert [event.name for event in CONTRACT.values()] == list(EVENT_TYPES)
    for declared in (load_relations(), load_views()):
        assert [projection.table.name for projection in declared.values()] == list(declared)
    assert all(load_adapter(name) for name in FORMATS if name != EVENTS)


def test_each_projection_reads_what_is_made_before_it():
    made = {"events"}
    for place, projection in projections().items():
        assert set(projection.reads) <= made, place
        if place.startswith("relations/"):
            made.add(projection.table.name)


def test_each_view_has_a_reference():
    assert set(VIEWS) <= set(MODEL)


def test_every_column_field_table_and_event_type_is_described():
    tables = [LOG, IDENTITIES, *(projection.table for projection in projections().values())]
    fields = [*ENVELOPE, *(field for event in CONTRACT.values() for payload in event.payloads for field in payload)]
    described = [*tables, *(column for table in tables for column in table.columns), *fields, *CONTRACT.values()]
    assert [one.name for one in described if not one.description.strip()] == []


def test_every_key_bucket_and_order_names_columns():
    for projection in projections().values():
        table = projection.table
        used = {
            *table.key,
            *([table.bucket_by] if table.bucket_by else []),
            *(name.lstrip("-") for name in table.order),
        }
        assert used <= set(table.names), table.name


def test_the_package_has_the_version_of_the_project():
    project = tomllib.loads((ROOT.parent / "pyproject.toml").read_text("utf-8"))["project"]
    assert pipelines.__version__ == project["version"]


def test_the_command_that_make_writes_is_that_of_the_project():
    project = tomllib.loads((ROOT.parent / "pyproject.toml").read_text("utf-8"))["project"]
    module, _, function = project["scripts"]["newsfeed"].partition(":")
    makefile = (ROOT.parent / "Makefile").read_text("utf-8")
    assert rf"from {module} import {function}\n\n{function}()\n" in makefile


def loaded_by(module):
    code = f"import {module}, sys; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["pipelines.cli.app", "pipelines.reading.reader", "pipelines.serverless"])
def test_what_only_reads_or_takes_loads_no_engine(module):
    assert loaded_by(module) & {"pipelines", *ENGINES} == {"pipelines"}


@pytest.mark.parametrize("module", ["pipelines.landing.land", "pipelines.runs.run"])
def test_tasks_load_nothing_that_only_dataframes_need(module):
    assert loaded_by(module) & {"pipelines", "pyspark", "pysail", "pandas"} == {"pipelines"}


def test_the_map_of_the_architecture_names_every_room():
    rooms = {one.stem for one in ROOT.iterdir() if one.is_dir() or one.suffix == ".py"} - {"__init__", "__pycache__"}
    rows = (
        (ROOT.parent / "docs" / "architecture.md").read_text("utf-8").partition("## The rooms")[2].partition("\n## ")[0]
    )
    assert sorted(
        re.findall(r"`(\w+)`", "\n".join(row.split("|")[1] for row in rows.splitlines() if "|" in row))
    ) == sorted(rooms)


def test_the_map_of_the_architecture_names_files_that_there_are():
    text = (ROOT.parent / "docs" / "architecture.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)?\.py)`", text))
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


@pytest.mark.skipif(not (ROOT.parent / ".git").exists(), reason="asks git what is kept")
def test_nothing_that_a_command_made_is_kept_as_source():
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT.parent, capture_output=True, text=True, check=True).stdout
    assert [name for name in kept.splitlines() if "_delta_log/" in name or name.startswith("tmp")] == []
