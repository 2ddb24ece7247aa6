"""Recognition: what sources begin with shows whether they are of the format that they are said to be."""

from collections.abc import Iterator, Sequence
from itertools import islice

from pipelines.adapters import FIRST, Check, OtherLayout, load_check
from pipelines.characters import printable
from pipelines.landing.rereading import first_lines
from pipelines.sources.pieces import Chunk


def require_format(chunks: Sequence[Chunk], format_name: str) -> None:
    """Raise OtherLayout, once for all, when sources are not of the format, or PlaceError for what cannot be read."""
    check = load_check(format_name)
    others = dict(_others(chunks, check)) if check else {}
    if others:
        source, said = next(iter(others.items()))
        more = f" ({len(others):,} such files in all)" if len(others) > 1 else ""
        raise OtherLayout(f"cannot land {source}: it is not {format_name} as this reads it: {said}{more}")


def _others(chunks: Sequence[Chunk], check: Check) -> Iterator[tuple[str, str]]:
    """The sources that are not of the format, and why; streams tell by names alone: no record stops the others."""
    for piece in (piece for chunk in chunks for piece in chunk if piece.start == 0 or piece.records):
        filled = (line for line in (() if piece.records else first_lines(piece)) if line.strip())
        try:
            check(piece.source, tuple(islice(filled, FIRST)))
        except OtherLayout as fault:
            yield piece.source, printable(str(fault))
