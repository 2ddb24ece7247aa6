"""How a table is laid out: on a terminal within its width, elsewhere a line a row, with nothing cut."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from textwrap import wrap
from typing import Literal

Kind = Literal["number", "fixed", "text", "prose"]
GAP = "  "
NARROW = 12
"""The cells that a text, or a heading above values that are shorter, keeps when it is shortened."""
PADDED = 40
"""The cells that a column is padded to where nothing is cut; what is longer moves the rest of its line."""


@dataclass(frozen=True)
class Column:
    """A column of a table: numbers and what is fixed, such as times, are never cut, texts are, prose is folded."""

    name: str
    kind: Kind = "fixed"


def width(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def shortened(text: str, cells: int) -> str:
    """The text, of which the end becomes … where it takes more cells."""
    if width(text) <= cells:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(text, cells - 1).rstrip() + "…"


@dataclass
class Layout:
    """The columns that are shown, by place, with their widths; `cut` counts the texts that were shortened."""

    columns: Sequence[Column]
    widths: dict[int, int]
    fitted: bool
    cut: int = field(default=0, init=False)

    @classmethod
    def of(cls, columns: Sequence[Column], rows: Sequence[Sequence[str]], space: int | None) -> "Layout":
        """The layout of rows such as these in so many cells; when None, nothing is cut."""
        values = [max((width(row[at]) for row in rows), default=0) for at in range(len(columns))]
        wanted = [max(width(column.name), cells) for column, cells in zip(columns, values, strict=True)]
        if space is None:
            return cls(columns, {at: min(cells, PADDED) for at, cells in enumerate(wanted)}, fitted=False)
        least = [
            min(cells, max(NARROW, found if column.kind in {"number", "fixed"} else 0))
            for column, found, cells in zip(columns, values, wanted, strict=True)
        ]
        return cls(columns, fit(wanted, least, space), fitted=True)

    @property
    def left_out(self) -> int:
        """How many columns there is no room for."""
        return len(self.columns) - len(self.widths)

    def heading(self) -> str:
        """The names of the columns."""
        names = {at: self.columns[at].name for at in self.widths}
        return self._side_by_side({at: [self._fitting(name, at)] for at, name in names.items()})

    def row(self, cells: Sequence[str]) -> str:
        """A row: one line, or some where prose is folded."""
        self.cut += self.fitted and sum(self._is_cut(cells[at], at) for at in self.widths)
        return self._side_by_side({at: self._folded(cells[at], at) for at in self.widths})

    def _is_cut(self, cell: str, at: int) -> bool:
        return self.columns[at].kind == "text" and width(cell) > self.widths[at]

    def _fitting(self, cell: str, at: int) -> str:
        return shortened(cell, self.widths[at]) if self.fitted else cell

    def _folded(self, cell: str, at: int) -> list[str]:
        if self.fitted and self.columns[at].kind == "prose":
            return wrap(cell, self.widths[at]) or [""]
        return [self._fitting(cell, at)]

    def _side_by_side(self, cells: dict[int, list[str]]) -> str:
        lines = zip_longest(*cells.values(), fillvalue="")
        return "\n".join(GAP.join(self._padded(line)).rstrip() for line in lines)

    def _padded(self, line: Iterable[str]) -> Iterable[str]:
        """The cells of a line in the widths of their columns, and … where columns are left out."""
        expected = 0
        for at, cell in zip(self.widths, line, strict=True):
            if at != expected:
                yield "…"
            blanks = " " * (self.widths[at] - width(cell))
            yield blanks + cell if self.columns[at].kind == "number" else cell + blanks
            expected = at + 1
        if expected < len(self.columns):
            yield "…"


def fit(wanted: Sequence[int], least: Sequence[int], space: int) -> dict[int, int]:
    """The width of each column that has room in so many cells; those in the middle are left out first."""
    kept = list(range(len(wanted)))
    while len(kept) > 1 and _taken([least[at] for at in kept], len(wanted)) > space:
        del kept[len(kept) // 2]
    rest = max(0, space - _taken([least[at] for at in kept], len(wanted)))
    widths = {at: least[at] for at in kept}
    for number, at in enumerate(sorted(kept, key=lambda at: wanted[at] - least[at])):
        more = min(wanted[at] - least[at], rest // (len(kept) - number))
        widths[at] += more
        rest -= more
    return widths


def _taken(widths: Sequence[int], columns: int) -> int:
    """How many cells columns of these widths take, with what stands for those that are left out."""
    shown = [*widths, 1] if len(widths) < columns else widths
    return sum(shown) + len(GAP) * (len(shown) - 1)
