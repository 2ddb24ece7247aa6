"""Lineage: a command tells OpenLineage which task started it, as Airflow's provider tells of the task itself."""

from typing import Any

from pipelines.cli.lineage import PARENT


def parent(task: Any) -> dict[str, str]:
    """The variable that says which task starts a command; none where the provider is missing, or tells nobody."""
    try:
        from airflow.providers.openlineage.conf import is_disabled
        from airflow.providers.openlineage.plugins.macros import lineage_parent_id
    except ImportError:
        return {}
    return {} if is_disabled() else {PARENT: lineage_parent_id(task)}
