"""The pictures that every sweep gets."""

from __future__ import annotations

from pathlib import Path

from sweeps.found import Found
from sweeps.reports.search_plots import draw_best_so_far, draw_parameters
from tracking.records import Artifact


def sweep_report(found: Found, folder: Path) -> list[Artifact]:
    """Best so far, and the score against each varied parameter, as PNG files in `folder`.

    Nothing is drawn when no trial has a score, or when there is only one.
    """
    sweep, results = found.sweep, found.results
    if sum(result.score is not None for result in results) < 2:
        return []
    files = [
        draw_best_so_far(sweep.name, sweep.objective, results, folder / "best_so_far.png"),
    ]
    varied = [param.name for param in sweep.space.varying]
    if varied:
        files.append(
            draw_parameters(
                sweep.name,
                sweep.objective.metric,
                results,
                varied,
                frozenset(p.name for p in sweep.space.varying if getattr(p.domain, "log", False)),
                folder / "parameters.png",
            )
        )
    return [Artifact(f"plots/{file.name}", file=file) for file in files]
