"""The report as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.benchmarks.figures import Machine, Section, Table, Target


def lines_of(section: Section) -> Iterator[str]:
    """A section's tables and targets."""
    if section.state != "measured":
        yield f"{section.name}: {section.state}: {section.reason}"
        yield ""
    for table in section.tables:
        yield from table_lines(table)
        yield ""
    for target in section.targets:
        yield target_line(target)
    if section.targets:
        yield ""


def table_lines(table: Table) -> Iterator[str]:
    """Columns as wide as their widest cell; the first is set left, the others right."""
    rows = [list(table.columns), *map(list, table.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.columns))]
    yield table.title
    for position, row in enumerate(rows):
        yield "  " + _line(row, widths)
        if position == 0:
            yield "  " + "  ".join("-" * width for width in widths)
    for note in table.notes:
        yield f"  {note}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first = row[0].ljust(widths[0])
    rest = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
    return "  ".join([first, *rest]).rstrip()


def target_line(target: Target) -> str:
    """`reached` or `NOT REACHED`, what was measured and what was to be reached."""
    verdict = "reached    " if target.met else "NOT REACHED"
    bound = "at most" if target.most else "at least"
    figure = f"{number(target.reached)} {target.unit}".rstrip()
    goal = f"{bound} {target.goal:,g} {target.unit}".rstrip()
    return f"{verdict}  {target.text}: {figure} ({goal})"


def machine_lines(machine: Machine) -> Iterator[str]:
    """Where the figures come from, in four lines."""
    gpus = ", ".join(machine.gpus) or "no GPU"
    yield (
        f"{machine.processor}, {machine.cores} cores, {machine.megabytes / 1000:.1f} GB, {gpus}; "
        f"load {machine.load_before:.1f} before the start"
    )
    yield f"{machine.system}, Python {machine.python}, {machine.date}"
    yield ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    yield ""


def number(value: float) -> str:
    """Three figures that matter, and no exponent: 0.00341, 1.44, 12.3, 4,810."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    if size >= 1:
        return f"{value:.2f}"
    return f"{value:.3g}" if size >= 1e-4 or size == 0 else f"{value:.1e}"
