"""What a landing did."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Landing:
    """What one landing did; `number` is None when it brought no event.

    `faults` counts quarantined lines by fault, `left_out` the lines that mean nothing here by what they are, `not_read`
    the entries of folders that are no files to read, by what they are. `gone` says which landings the log lost that the
    last release was made of, `index` what was wrong with the index of ids, `bytes` how many the log's new files have.
    `streams` has of each stream how many of its records have not landed, None where it is not known, `behind` their
    sum, `warnings` what they told.
    """

    number: int | None
    lines: int
    landed: int
    duplicates: int
    quarantined: int
    newly_quarantined: int
    faults: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    not_read: dict[str, int] = field(default_factory=dict)
    gone: str | None = None
    index: tuple[str, ...] = ()
    bytes: int = 0
    behind: int | None = 0
    streams: dict[str, int | None] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def as_one(landings: Sequence[Landing]) -> Landing:
    """Several landings as one, but for how many records of streams are behind them."""
    faults, left_out, not_read = Counter[str](), Counter[str](), Counter[str]()
    for one in landings:
        faults.update(one.faults)
        left_out.update(one.left_out)
        not_read.update(one.not_read)
    numbers = [one.number for one in landings if one.number is not None]
    return Landing(
        number=max(numbers, default=None),
        lines=sum(one.lines for one in landings),
        landed=sum(one.landed for one in landings),
        duplicates=sum(one.duplicates for one in landings),
        quarantined=sum(one.quarantined for one in landings),
        newly_quarantined=sum(one.newly_quarantined for one in landings),
        faults=dict(faults.most_common()),
        left_out=dict(left_out.most_common()),
        not_read=dict(not_read.most_common()),
        gone=landings[-1].gone if landings else None,
        index=tuple(dict.fromkeys(text for one in landings for text in one.index)),
        bytes=sum(one.bytes for one in landings),
        warnings=tuple(dict.fromkeys(text for one in landings for text in one.warnings)),
    )
