"""Invariants: what is checked of a table before it is released, and how each check is called."""

from pipelines.checks import Check, standard_checks
from pipelines.policy import Policy
from pipelines.projections import AnyProjection, Projection


def checks_of(projection: AnyProjection, policy: Policy) -> tuple[Check, ...]:
    """The checks of each row and the row before it."""
    return (*standard_checks(projection.table), *projection.checks(policy))


def invariants(projection: AnyProjection, policy: Policy) -> tuple[str, ...]:
    """The names of all checks: of each row, and of the rows against what they were made of."""
    by_row = (check.name for check in checks_of(projection, policy))
    audited = () if isinstance(projection, Projection) else projection.audited
    counted = () if projection.counts is None else projection.counts.columns
    return (*by_row, *audited, *map(name_of_count, counted))


def name_of_count(column: str) -> str:
    """How the check of a count is called."""
    return f"{column} is the number of its facts"
