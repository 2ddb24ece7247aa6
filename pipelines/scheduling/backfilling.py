"""The form of a backfill: which view, with which policy, and whether it is done at all."""

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Param, task

from pipelines.policy import REPLIES
from pipelines.views import VIEWS

ALL, AS_IT_IS = "all views", "as it is"


def parameters() -> dict[str, Param]:
    """The fields of the form; the policy stays as it is unless one of its three is given."""
    return {
        "view": Param(ALL, title="view", description="what is made anew of all history", enum=[ALL, *VIEWS]),
        "cap": Param(None, title="policy: cap", description="the most entries", type=["null", "integer"], minimum=1),
        "replies": Param(AS_IT_IS, title="policy: replies", enum=[AS_IT_IS, *REPLIES]),
        "own_posts": Param(AS_IT_IS, title="policy: own posts", enum=[AS_IT_IS, "shown", "hidden"]),
        "dry_run": Param(True, title="dry run", description="only show the plan", type="boolean"),
    }


def asked(params: Mapping[str, Any]) -> list[str]:
    """The words of `newsfeed run` for what is asked for."""
    words = ["--rebuild"] if params["view"] == ALL else ["--view", params["view"]]
    if params["cap"] is not None:
        words += ["--cap", str(params["cap"])]
    if params["replies"] != AS_IT_IS:
        words += ["--replies", params["replies"]]
    if params["own_posts"] != AS_IT_IS:
        words.append("--own-posts" if params["own_posts"] == "shown" else "--no-own-posts")
    return words


def only_for_real() -> Any:
    """The task behind which a dry run ends."""
    return task.short_circuit(task_id="for_real")(_is_for_real)()


def _is_for_real(*, params: Any = None) -> bool:
    return not params["dry_run"]
