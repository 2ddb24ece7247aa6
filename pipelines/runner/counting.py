"""The audit of counts: each must be the number of its facts, row by row.

A row's hash times its count, added up over the rows, must be what the hashes of the facts' rows add up to: one pass
over each, no grouping. Only when they differ are the facts counted once more, to name the rows.
"""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipelines.checks import AuditError, Findings, require_clean
from pipelines.projections import AnyProjection, Frames

HASH, COUNT = "decimal(20,0)", "decimal(18,0)"


def audit_counts(projection: AnyProjection, frames: Frames, rows: DataFrame) -> None:
    """Raise AuditError, with up to five offending keys each, unless the rows' counts are those of the facts."""
    key = projection.table.key
    facts = {column: made(frames).select(*key) for column, made in projection.counts.items()}
    if not facts or _of_rows(rows, key, facts) == _of_facts(key, facts):
        return
    findings = Findings()
    for column, counted in facts.items():
        wrong = _differing(rows, counted, key, column)
        samples = [", ".join(f"{name} {row[name]}" for name in key) for row in wrong.limit(5).collect()]
        if samples:
            findings.add(name_of(column), wrong.count(), samples)
    require_clean(projection.table.name, findings)
    raise AuditError(f"{projection.table.name}: its counts are not those of the facts, nothing is published")


def name_of(column: str) -> str:
    """How the check of a count is called."""
    return f"{column} is the number of its facts"


def _hash(key: tuple[str, ...]) -> Column:
    return F.xxhash64(*key).cast(HASH)


def _of_rows(rows: DataFrame, key: tuple[str, ...], columns: Mapping[str, DataFrame]) -> dict[str, int]:
    """By column, the sum over the rows of hash times count."""
    sums = [F.sum(_hash(key) * F.col(column).cast(COUNT)).alias(column) for column in columns]
    (found,) = rows.agg(*sums).collect()
    return {column: int(found[column] or 0) for column in columns}


def _of_facts(key: tuple[str, ...], facts: Mapping[str, DataFrame]) -> dict[str, int]:
    """By column, the sum of the hashes of the facts' rows."""
    sums = None
    for column, counted in facts.items():
        one = counted.agg(F.sum(_hash(key)).alias("sum")).select(F.lit(column).alias("column"), "sum")
        sums = one if sums is None else sums.unionByName(one)
    return {} if sums is None else {row["column"]: int(row["sum"] or 0) for row in sums.collect()}


def _differing(rows: DataFrame, facts: DataFrame, key: tuple[str, ...], column: str) -> DataFrame:
    """The keys whose count is not the number of their facts."""
    counted = facts.select(*key, F.lit(1).cast("bigint").alias("facts"))
    told = rows.select(*key, (-F.col(column)).alias("facts"))
    return counted.unionByName(told).groupBy(*key).agg(F.sum("facts").alias("facts")).where("facts != 0")
