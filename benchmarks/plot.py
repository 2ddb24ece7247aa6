"""A bar for each ratio of a peer to ours, as SVG."""

import json
from collections.abc import Mapping
from html import escape
from math import log
from pathlib import Path
from typing import Final

from benchmarks.timing import Repetition, ratio

SHOWN: Final = (
    ("pipeline", "total", "whole pipeline"),
    ("landing", "land", "landing"),
    ("newsfeed", "newsfeed", "newsfeed"),
    ("views", "total", "all other views"),
    ("size", "log", "size of the log"),
    ("size", "newsfeed", "size of the newsfeed"),
)
LEFT, WIDTH, RIGHT, ROW, TOP = 260, 440, 20, 24, 44
STYLE: Final = """
text { font: 13px sans-serif; fill: #24292f } .title { font-weight: bold }
.more { fill: #2f7d5b } .less { fill: #b5652b } line { stroke: #57606a; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) { text { fill: #d0d7de } line { stroke: #8b949e } }
"""


def ratios(results: Mapping[str, Path]) -> list[tuple[str, float]]:
    """What each peer takes as a multiple of ours, by what is measured, of the results that there are."""
    found = []
    for name, step, label in SHOWN:
        if results[name].exists():
            ours, *others = _sides(results[name]).items()
            found += [(f"{label}, {other}", ratio(runs, ours[1], step)[0]) for other, runs in others]
    return found


def _sides(path: Path) -> dict[str, list[Repetition]]:
    written = json.loads(path.read_text())["repetitions"]
    return {name: [Repetition(**run) for run in runs] for name, runs in written.items()}


def bars(title: str, rows: list[tuple[str, float]]) -> str:
    """The picture, on a logarithmic scale: the line is ours; a bar to its right is a peer that takes more."""
    values = [value for _, value in rows]
    low, high = log(min([0.5, *values])), log(max([2.0, *values]))
    places = [LEFT + WIDTH * (log(value) - low) / (high - low) for value in (1.0, *values)]
    drawn = [_bar(number, row, places[0], places[number + 1]) for number, row in enumerate(rows)]
    height = TOP + ROW * len(rows) + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" height="{height}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="8" y="20">{escape(title)}: what each takes as a multiple of ours</text>',
        *drawn,
        f'<line x1="{places[0]:.0f}" x2="{places[0]:.0f}" y1="{TOP - 8}" y2="{height - 8}"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _bar(number: int, row: tuple[str, float], one: float, end: float) -> str:
    """A row: what it is of, its value, its bar from ours to there."""
    y, (label, value) = TOP + ROW * number, row
    kind = "more" if value >= 1 else "less"
    return (
        f'<text x="8" y="{y + 13}">{escape(label)}</text>'
        f'<text x="{LEFT - 12}" y="{y + 13}" text-anchor="end">{value:.2f}</text>'
        f'<rect class="{kind}" x="{min(one, end):.0f}" y="{y}" width="{abs(end - one):.0f}" height="{ROW - 6}"/>'
    )
