"""A table of text, and the forms it is kept and shown in."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rich.table

NUMBER = re.compile(r"([-+]?[\d.,]+( to [-+]?[\d.,]+)?)?")
"""What is set to the right: a number, a range of numbers, or nothing."""


@dataclass(frozen=True)
class Table:
    """Cells as a person reads them. Every row has one cell per column."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.name}: {len(self.columns)} columns, but the row {row}")

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers, and are set to the right."""
        return tuple(
            all(NUMBER.fullmatch(row[position]) for row in self.rows)
            for position in range(len(self.columns))
        )

    def markdown(self) -> str:
        """A heading and a pipe table."""
        lines = [self.columns, tuple("---" for _ in self.columns), *self.rows]
        body = "\n".join("| " + " | ".join(map(_escaped, line)) + " |" for line in lines)
        return f"## {self.title}\n\n{body}\n"

    def csv(self) -> str:
        """Comma-separated, with a header line."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue()

    def json(self) -> str:
        """A list of objects, one per row."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return json.dumps(rows, indent=2, ensure_ascii=False)

    def rich(self) -> rich.table.Table:
        """For a terminal: numbers to the right, words wrapped."""
        from rich import box, table

        shown = table.Table(title=self.title, box=box.SIMPLE_HEAD, title_justify="left")
        for column, numeric in zip(self.columns, self.numeric, strict=True):
            shown.add_column(column, justify="right" if numeric else "left")
        for row in self.rows:
            shown.add_row(*(cell.replace("[", r"\[") for cell in row))
        return shown


def _escaped(cell: str) -> str:
    return cell.replace("|", r"\|").replace("\n", " ")
