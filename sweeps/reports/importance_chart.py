"""Which parameters mattered: the share of each in what told good trials from the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps.reports.drawing import BLUE, INK, dressed
from sweeps.reports.material import Material
from sweeps.reports.picture import Chart, LeftOut
from sweeps.reports.scale import shortened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 12


@dataclass(frozen=True)
class Importance:
    """The most important parameters with their shares, the largest first; `others` are left out.

    `metric` is the objective that they mattered for, where there are several.
    """

    shares: tuple[tuple[str, float], ...]
    others: int
    metric: str | None = None

    @property
    def alt(self) -> str:
        """What is to be seen."""
        said = ", ".join(f"{name} {share:.0%}" for name, share in self.shares[:5])
        return f"Importance of parameters: {said}"

    @property
    def note(self) -> str:
        """How it was worked out."""
        left = f"; {self.others:,} less important ones are not shown" if self.others else ""
        what = "" if self.metric is None else f" for {self.metric} alone"
        return f"PED-ANOVA{what}: shares add up to 100 %{left}"

    def height(self, _narrow: bool, /) -> float:
        """In inches."""
        return 0.7 + 0.27 * len(self.shares)

    def draw(self, figure: Figure, narrow: bool, /) -> None:
        """A bar for each, with its share beside it."""
        axes = figure.subplots()
        names = [shortened(name, 18 if narrow else 40) for name, _ in self.shares]
        shares = [share for _, share in self.shares]
        places = range(len(names))
        axes.barh(places, shares, height=0.62, color=BLUE)
        for place, share in zip(places, shares, strict=True):
            axes.text(share + 0.015 * max(shares), place, f"{share:.0%}", va="center", color=INK)
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.set_xlim(0, 1.12 * max(shares))
        dressed(axes, "", "importance", "")
        axes.grid(visible=False)
        axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")


def importance_of(material: Material) -> Importance | LeftOut | None:
    """Where it can be said, and there is more than one parameter."""
    if len(material.scales) < 2:
        return None
    found = sorted(material.importances.items(), key=lambda item: -item[1])
    if not found:
        return LeftOut(
            "too few trials, or all equally good: nobody can say which parameters mattered"
        )
    metric = material.metric if material.several else None
    return Importance(tuple(found[:MOST]), max(0, len(found) - MOST), metric)


IMPORTANCE = Chart("importance", "Which parameters mattered", importance_of)
