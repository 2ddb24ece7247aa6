"""The DAGs load in a real Airflow, thin and with all that each must have."""

import ast
from dataclasses import fields

import pytest

from pipelines.scheduling.settings import Settings, variable
from pipelines.views import VIEWS
from tests.dags.airflows import DAGS

FILES = sorted(DAGS.glob("*.py"))
PARENT = DAGS.parent
ALL = ["backfill_views", "land_events", "maintain_lake", "materialize_views", "verify_views"]


def test_every_file_is_a_dag_of_its_name_that_loads_nothing_heavy(found):
    assert (found["import_errors"], found["heavy"]) == ({}, [])
    assert sorted(found["dags"]) == ALL == [file.stem for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_is_short_and_imports_only_airflows_interface_and_what_dags_share(file):
    text = file.read_text("utf-8")
    assert len(text.splitlines()) <= 40
    imported = {node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import)]
    allowed = ("airflow.sdk", "airflow.providers.", "pipelines.scheduling.")
    assert [module for module in imported if not f"{module}.".startswith(allowed)] == []


@pytest.mark.parametrize("name", ALL)
def test_a_dag_runs_once_at_a_time_has_a_deadline_and_says_what_to_do_when_it_fails(found, name):
    dag = found["dags"][name]
    assert (dag["catchup"], dag["max_active_runs"], dag["deadlines"]) == (False, 1, [3600])
    assert dag["doc"].strip().split("\n\n")[-1].startswith("When it fails, ")


def test_tasks_are_tried_again_after_growing_waits_are_ended_in_time_and_tell_of_failures(found):
    tasks = [task for dag in found["dags"].values() for task in dag["tasks"].values()]
    assert {task["timeout"] for task in tasks} == {6 * 3600}
    assert {(task["retries"], task["backoff"], *task["told"]) for task in tasks} == {(1, 2, "tell_failure"), (0, 2)}


def test_what_publishes_releases_is_in_a_pool_of_its_own(found):
    pooled = [
        (name, task_id)
        for name, dag in found["dags"].items()
        for task_id, task in dag["tasks"].items()
        if task["pool"] == "newsfeed_releases"
    ]
    assert sorted(pooled) == [("backfill_views", "run"), ("maintain_lake", "maintain"), ("materialize_views", "run")]


def test_the_schedules(found):
    schedules = {name: (dag["schedule"], dag["timetable"]) for name, dag in found["dags"].items()}
    assert schedules == {
        "backfill_views": (None, "NullTimetable"),
        "land_events": ("0 * * * *", "CronDataIntervalTimetable"),
        "maintain_lake": ("30 2 * * *", "CronTriggerTimetable"),
        "materialize_views": (["newsfeed_log"], "AssetTriggeredTimetable"),
        "verify_views": ("30 3 * * *", "CronTriggerTimetable"),
    }


@pytest.mark.parametrize("name", ["backfill_views", "materialize_views"])
def test_a_run_is_followed_by_a_task_for_each_view_whose_asset_has_its_name(found, name):
    dag = found["dags"][name]
    assert dag["edges"]["run"] == ["released"]
    assert sorted(dag["edges"]["released"]) == sorted(f"views.{view}" for view in VIEWS)
    assert all(dag["tasks"][f"views.{view}"]["outlets"] == [view] for view in VIEWS)


def test_a_landing_is_followed_by_the_asset_of_the_log(found):
    dag = found["dags"]["land_events"]
    assert dag["edges"] == {"land": ["announce"], "announce": []}
    assert dag["tasks"]["announce"]["outlets"] == ["newsfeed_log"]


def test_a_backfill_shows_its_plan_first_and_is_a_dry_run_unless_told_otherwise(found):
    dag = found["dags"]["backfill_views"]
    assert (dag["edges"]["plan"], dag["edges"]["for_real"]) == (["for_real"], ["run"])
    assert dag["params"]["dry_run"] is True


def test_the_docs_have_each_setting_with_its_default_in_one_table():
    table = (PARENT / "docs" / "airflow.md").read_text("utf-8").partition("## Settings")[2].partition("\n## ")[0]
    rows = [row for row in table.splitlines() if row.startswith("| `NEWSFEED_")]
    jobs = "`jobs` beside the package"
    expected = [
        f"| `{variable(one.name)}` | {jobs if one.name == 'jobs' else f'`{one.default}`'} | {one.metadata['says']} |"
        for one in fields(Settings)
    ]
    assert rows == expected


def test_a_setting_that_is_empty_has_its_default():
    assert Settings.of({"NEWSFEED_RETRIES": "", "NEWSFEED_ROOT": "/a"}) == Settings(root="/a")


def test_a_stream_lands_as_it_is_and_of_an_inbox_files_are_moved():
    assert Settings(inbox="kafka://one:9092/events").lands == ("kafka://one:9092/events",)
    assert Settings(inbox="/in", settled="5").lands == ("/in", "--done", "/in/done", "--settled", "5")
