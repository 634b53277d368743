"""Every picture that a sweep may get, in the order in which a person looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sweeps.reports.contour_chart import CONTOUR
from sweeps.reports.curves_chart import CURVES
from sweeps.reports.history_chart import HISTORY
from sweeps.reports.importance_chart import IMPORTANCE
from sweeps.reports.material import Material
from sweeps.reports.parallel_chart import PARALLEL
from sweeps.reports.pareto_chart import PARETO
from sweeps.reports.picture import Chart, Drawing, LeftOut
from sweeps.reports.residuals_chart import RESIDUALS
from sweeps.reports.rungs_chart import RUNGS
from sweeps.reports.slices_chart import SLICES
from sweeps.reports.tie_set_chart import TIE_SET
from sweeps.reports.timeline_chart import TIMELINE
from sweeps.reports.winner_chart import WINNER

CHARTS: tuple[Chart, ...] = (
    HISTORY,
    TIE_SET,
    PARETO,
    IMPORTANCE,
    SLICES,
    CONTOUR,
    PARALLEL,
    CURVES,
    RUNGS,
    WINNER,
    RESIDUALS,
    TIMELINE,
)


@dataclass(frozen=True)
class Gallery:
    """What there is to draw, and why other pictures are missing, by their titles."""

    drawings: tuple[tuple[Chart, Drawing], ...]
    left_out: Mapping[str, str]


def gallery_of(material: Material) -> Gallery:
    """The pictures of a sweep; those that do not concern it are not mentioned."""
    drawings, left_out = [], {}
    for chart in CHARTS:
        found = chart.of(material)
        if isinstance(found, LeftOut):
            left_out[chart.title] = found.reason
        elif found is not None:
            drawings.append((chart, found))
    return Gallery(tuple(drawings), left_out)
