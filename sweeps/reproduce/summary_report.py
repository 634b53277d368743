"""The files that a whole reproduction leaves: tables and the pictures that span experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sweeps.reports.candidates_plot import draw_candidates
from sweeps.reports.comparison_plot import draw_comparison
from sweeps.reports.confusion_plot import draw_confusion
from sweeps.reports.tables import Table
from sweeps.reproduce.comparison import Compared
from sweeps.reproduce.findings import Findings, Searches
from sweeps.tasks.penguins import SPECIES


def write_tables(tables: Sequence[Table], folder: Path) -> list[Path]:
    """Each table as CSV and JSON, and all of them in one Markdown file."""
    written = [folder / "reproduction.md"]
    written[0].write_text("\n".join(table.markdown() for table in tables), encoding="utf-8")
    for table in tables:
        for suffix, text in (("csv", table.csv()), ("json", table.json())):
            path = folder / f"{table.name}.{suffix}"
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def draw_summary(findings: Findings, folder: Path) -> list[Path]:
    """The pictures for which there is something to show."""
    drawn: list[Path] = []
    runs = _by_run(findings.compared)
    if runs:
        note = "Bars: 5th to 95th percentile over repeats, seeds and splits; dots: medians."
        path = folder / "single_runs.png"
        drawn.append(draw_comparison("Published single runs against ours", runs, note, path))
    means = _by_search(findings.searches)
    if means:
        drawn.append(_candidates(means, folder / "searches.png"))
    if findings.baseline is not None:
        models = {"logistic regression": findings.baseline.confusion}
        path = folder / "baseline_confusion.png"
        note = "Split 0. Shaded by share of the row."
        drawn.append(draw_confusion("The baseline", models, SPECIES, note, path))
    return drawn


def _by_run(
    compared: Sequence[Compared],
) -> dict[str, dict[str, tuple[float, Sequence[float]]]]:
    found: dict[str, dict[str, tuple[float, Sequence[float]]]] = {}
    for one in compared:
        split, _, measure = one.figure.partition("_")
        if measure == "accuracy":
            found.setdefault(one.run, {})[split] = (one.published, one.ours)
    return found


def _by_search(searches: Searches) -> dict[str, Sequence[float]]:
    found: dict[str, Sequence[float]] = {}
    for search, ours in searches:
        if any(ours.values()):
            found[f"{search.label}, published"] = search.means
            found |= {name: means for name, means in ours.items() if means}
    return found


def _candidates(means: Mapping[str, Sequence[float]], path: Path) -> Path:
    return draw_candidates(
        "Candidates of the searches",
        "mean accuracy over 3 folds",
        means,
        [name for name in means if name.endswith("published")],
        "Strokes: means. As written, all candidates are one configuration: their spread is chance.",
        path,
    )
