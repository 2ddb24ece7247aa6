"""A bar for each ratio of a peer to ours, as SVG."""

import json
from collections.abc import Mapping
from html import escape
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
LEFT, WIDTH, RIGHT, ROW, TOP = 260, 400, 60, 24, 48
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
    """The picture: the line at 1 is ours; a bar beyond it is a peer that takes more."""
    scale = WIDTH / max([1.0, *(value for _, value in rows)])
    height = TOP + ROW * len(rows) + 8
    drawn = [_bar(number, label, value, scale) for number, (label, value) in enumerate(rows)]
    one = LEFT + scale
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" height="{height}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="8" y="20">{escape(title)}: what each takes as a multiple of ours</text>',
        *drawn,
        f'<line x1="{one:.1f}" x2="{one:.1f}" y1="{TOP - 12}" y2="{height - 8}"/>',
        f'<text x="{one:.1f}" y="{TOP - 14}" text-anchor="middle">ours</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _bar(number: int, label: str, value: float, scale: float) -> str:
    """A row: what it is of, its bar, its value."""
    y = TOP + ROW * number
    kind = "more" if value >= 1 else "less"
    return (
        f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(label)}</text>'
        f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{value * scale:.1f}" height="{ROW - 6}"/>'
        f'<text x="{LEFT + value * scale + 6:.1f}" y="{y + 13}">{value:.2f}</text>'
    )
