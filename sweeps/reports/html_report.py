"""The one page about a sweep: no scripts, nothing from elsewhere, readable on a phone."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from sweeps.errors import printable
from sweeps.reports import page_tables, summary, trust_lines
from sweeps.reports.charts import Gallery
from sweeps.reports.inline_svg import Sheet, inlined
from sweeps.reports.material import Material
from sweeps.reports.picture import Chart, Drawing
from sweeps.reports.rendering import Svg
from sweeps.reports.tables import Table

STYLES = files("sweeps.reports").joinpath("page.css")


@dataclass(frozen=True)
class Figure:
    """A picture of the page: what it shows, and both of its widths."""

    chart: Chart
    drawing: Drawing
    wide: Svg
    narrow: Svg


def page(material: Material, figures: Sequence[Figure], gallery: Gallery) -> str:
    """The whole document."""
    sheet = Sheet()
    name = material.found.sweep.name
    pictures = "\n".join(_figure(figure, sheet) for figure in figures)
    body = [
        f"<h1>{text(name)}</h1>",
        *_said(material),
        f'<div class="charts">\n{pictures}\n</div>' if pictures else "",
        *(_table(table) for table in page_tables.tables(material)),
        _left_out(gallery.left_out),
    ]
    parts = "\n".join(part for part in body if part)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(name)} {text(material.found.row.sweep_id)}</title>\n"
        f"<style>\n{STYLES.read_text(encoding='utf-8')}{sheet.css()}\n</style>\n</head>\n"
        f"<body>\n<main>\n{parts}\n</main>\n</body>\n</html>\n"
    )


def text(value: str) -> str:
    """Anything a user may have written, as text of a page."""
    return html.escape(printable(value))


def _said(material: Material) -> Iterable[str]:
    """What was found, then what the sweep is, then advice."""
    again = material.trust is not None and bool(material.trust.rows)
    lines = [f"Best{' of the search' if again else ''}: {summary.best_line(material)}"]
    if material.trust is not None:
        lines += trust_lines.sentences(material.trust)
    said = "\n".join(f"<p>{text(line)}</p>" for line in lines)
    yield f'<div class="best">\n{said}\n</div>'
    rows = "\n".join(
        f"<dt>{text(word)}</dt><dd>{text(fact)}</dd>"
        for word, fact in summary.facts(material).items()
    )
    yield f"<dl>\n{rows}\n</dl>"
    if material.advice:
        items = "\n".join(f"<li>{text(one.text)}</li>" for one in material.advice)
        yield f"<h2>Advice</h2>\n<ul>\n{items}\n</ul>"


def _figure(figure: Figure, sheet: Sheet) -> str:
    name, alt = figure.chart.name.replace("_", "-"), printable(figure.drawing.alt)
    wide = inlined(figure.wide, f"w-{name}", "wide", alt, sheet)
    narrow = inlined(figure.narrow, f"n-{name}", "narrow", alt, sheet)
    note = figure.drawing.note
    caption = f"\n<figcaption>{text(note)}</figcaption>" if note else ""
    return (
        f'<section id="{name}">\n<h2>{text(figure.chart.title)}</h2>\n'
        f"<figure>\n{wide}\n{narrow}{caption}\n</figure>\n</section>"
    )


def _table(table: Table) -> str:
    """A table that scrolls by itself where it is wider than the page."""
    head = "".join(f'<th scope="col">{text(column)}</th>' for column in table.columns)
    numeric = table.numeric
    rows = "\n".join(
        "<tr>"
        + "".join(
            f'<td class="number">{text(cell)}</td>' if right else f"<td>{text(cell)}</td>"
            for cell, right in zip(row, numeric, strict=True)
        )
        + "</tr>"
        for row in table.rows
    )
    title = text(table.title)
    return (
        f'<h2>{title}</h2>\n<div class="table" role="region" tabindex="0" aria-label="{title}">\n'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )


def _left_out(reasons: Mapping[str, str]) -> str:
    if not reasons:
        return ""
    items = "\n".join(
        f"<li>{text(title)}: {text(reason)}</li>" for title, reason in reasons.items()
    )
    return f'<h2>Not drawn</h2>\n<ul class="quiet">\n{items}\n</ul>'
