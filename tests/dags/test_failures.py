"""A task is tried again after what may pass and not after what does not; who is called is told what is needed."""

from tests.dags.airflows import of_views


def test_a_server_that_is_away_may_be_back_so_the_task_is_tried_again(runs):
    landing = runs["away"]
    assert (landing["tasks"], landing["tries"]["land"]) == ({"land": "failed", "announce": "upstream_failed"}, 2)


def test_a_wrong_use_stays_wrong_so_the_task_is_not_tried_again(runs):
    backfill = runs["away_misused"]
    assert (backfill["tasks"]["plan"], backfill["tries"]["plan"]) == ("failed", 1)


def test_who_is_called_is_told_once_which_task_which_try_what_was_said_and_what_to_do(found, pager):
    landing, backfill = pager.texts
    assert landing.startswith("land_events: land failed in try 2, run manual__")
    assert "Connection refused" in landing
    assert "When it fails, nothing is lost, the files stay in the inbox" in landing
    assert backfill.startswith("backfill_views: plan failed in try 1")
    assert "--view: expected no policy" in backfill


def test_a_run_on_a_damaged_log_is_not_tried_again_and_no_view_is_told_of(runs):
    run = runs["unread"]
    assert (run["state"], run["tries"]["run"], run["assets"]) == ("failed", 1, {})
    assert set(of_views(run).values()) == {"failed"}


def test_the_view_at_which_a_run_failed_is_failed_in_the_group_and_the_others_are_skipped(found):
    blamed = found["blamed"]
    assert {view for view, told in blamed.items() if told != "AirflowSkipException"} == {"posts"}
    assert blamed["posts"] == "AirflowFailException"
