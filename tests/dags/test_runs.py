"""Runs of the DAGs on the embedded engine: what is in the inbox comes into a release, once."""

from pipelines.views import VIEWS
from tests.dags.airflows import INBOX, LAKE, of_views, releases, states


def test_where_nothing_landed_yet_nothing_is_published_and_nothing_fails(runs):
    assert runs["nothing"]["state"] == "success"
    assert set(of_views(runs["nothing"]).values()) == {"skipped"}


def test_a_landing_tells_what_waits_for_a_release_and_moves_the_files(runs, home):
    told = runs["landed"]["assets"]["newsfeed_log"]
    assert {name: told[name] for name in ("landing", "landed", "quarantined", "waiting_events")} == {
        "landing": 1,
        "landed": 2,
        "quarantined": 0,
        "waiting_events": 2,
    }
    assert sorted(file.name for file in (home / INBOX / "done").iterdir()) == ["0.jsonl", "1.jsonl", "2.jsonl"]


def test_where_nothing_new_landed_and_nothing_waits_nothing_is_told(runs):
    assert states(runs["landed_again"], "land", "announce") == {"land": "success", "announce": "skipped"}
    assert runs["landed_again"]["assets"] == {}


def test_a_release_is_told_by_view_with_rows_hash_number_and_freshness(runs, home, capsys):
    told = runs["first"]["assets"]
    assert sorted(told) == sorted(VIEWS)
    view = told["newsfeed"]
    first = releases(home, capsys)[0]["tables"]["views/newsfeed"]
    assert (view["release"], view["landing"], view["rows"]) == (1, 1, 1)
    assert (view["content_hash"], view["version"]) == (first["content_hash"], first["version"])
    assert (view["made"], view["newest_event"]) == ("rebuilt", "2026-01-01T00:00:00Z")
    assert view["seconds"] > 0
    assert view["freshness_seconds"] > 0


def test_running_again_publishes_nothing_and_tells_nothing(runs):
    assert states(runs["again"], "run", "released") == {"run": "success", "released": "success"}
    assert (set(of_views(runs["again"]).values()), runs["again"]["assets"]) == ({"skipped"}, {})


def test_each_batch_is_one_release_and_so_is_another_policy(runs, home, capsys):
    published = [(one["number"], one["landing"], one["policy"]["cap"]) for one in releases(home, capsys)]
    assert published == [(1, 1, 800), (2, 2, 800), (3, 2, 1)]


def test_a_dry_run_shows_its_plan_and_is_all(runs):
    assert states(runs["dry"], "plan", "for_real", "run") == {
        "plan": "success",
        "for_real": "success",
        "run": "skipped",
    }


def test_a_backfill_has_the_policy_of_the_form(runs, home, capsys):
    assert runs["backfilled"]["assets"]["newsfeed"]["release"] == 3
    assert releases(home, capsys)[2]["policy"] == {"cap": 1, "replies": "all", "own_posts": True}


def test_a_lake_is_maintained(runs):
    assert runs["maintained"]["tasks"] == {"maintain": "success"}


def test_verifying_finds_the_view_that_was_damaged_and_does_not_try_again(runs):
    assert runs["verified"]["state"] == "success"
    failed = [task for task, state in runs["damaged"]["tasks"].items() if state != "success"]
    assert sorted(failed) == ["rebuild", "views.newsfeed"]
    assert {task: runs["damaged"]["tries"][task] for task in failed} == {"rebuild": 1, "views.newsfeed": 1}


def test_paths_are_taken_as_they_are_written(runs, home):
    assert sorted(folder.name for folder in home.iterdir() if folder.is_dir()) == ["airflow", INBOX, LAKE, "lines"]
