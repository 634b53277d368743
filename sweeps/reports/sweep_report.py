"""The report that every sweep gets: its pictures, its page, and its note in MLflow."""

from __future__ import annotations

from pathlib import Path

from sweeps.found import Found
from sweeps.reports.charts import CHARTS, gallery_of
from sweeps.reports.html_report import Figure, page
from sweeps.reports.material import Material
from sweeps.reports.note import note
from sweeps.reports.rendering import rendered, settled
from sweeps.reports.residuals import Residuals
from tracking.records import NOTE, Artifact

PAGE = "report.html"


def sweep_report(found: Found, folder: Path) -> list[Artifact]:
    """Files in `folder`: a PNG for each picture, the page with all of them, and the note.

    Nothing is drawn when no trial has a score.
    """
    material = Material(found, Residuals.read(folder))
    if not material.scored:
        return []
    gallery = gallery_of(material)
    figures = []
    with settled():
        for chart, drawing in gallery.drawings:
            title = f"{found.sweep.name} {found.row.sweep_id}: {chart.title}"
            svgs = rendered(drawing, title, folder / f"{chart.name}.png")
            figures.append(Figure(chart, drawing, *svgs))
    drawn = [chart.name for chart, _ in gallery.drawings]
    for chart in CHARTS:
        if chart.name not in drawn:
            (folder / f"{chart.name}.png").unlink(missing_ok=True)
    (folder / PAGE).write_text(page(material, figures, gallery), encoding="utf-8")
    (folder / NOTE).write_text(note(material, gallery), encoding="utf-8")
    plots = [Artifact(f"plots/{name}.png", file=folder / f"{name}.png") for name in drawn]
    return [Artifact(PAGE, file=folder / PAGE), Artifact(NOTE, file=folder / NOTE), *plots]
