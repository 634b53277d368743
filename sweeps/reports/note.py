"""The note on a sweep's own run in MLflow: what was found, in short, as Markdown."""

from __future__ import annotations

import re

from sweeps.errors import printable
from sweeps.reports import summary, trust_lines
from sweeps.reports.charts import Gallery
from sweeps.reports.material import Material, score_of
from sweeps.reports.scale import shortened
from sweeps.wording import figure, inline

LONGEST = 3000
"""Characters; a tag of MLflow's has room for 8,000, and begins with what the sweep is."""
LONGEST_LINE = 400
MOST_ADVICE = 5
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~$&])")


def note(material: Material, gallery: Gallery) -> str:
    """Best, what can be trusted, counts, advice, and where the pictures are."""
    lines = [_best(material)]
    if material.trust is not None:
        lines += [plain(one) for one in trust_lines.sentences(material.trust)]
    lines.append(plain(f"Trials: {summary.counts(material)}."))
    lines += [f"- {plain(one.text)}" for one in material.advice[:MOST_ADVICE]]
    lines.append(_where(gallery))
    return "\n\n".join(lines)[:LONGEST]


def plain(text: str) -> str:
    """What a user may have written, as Markdown that shows it as it is."""
    return SPECIAL.sub(r"\\\1", shortened(printable(text), LONGEST_LINE))


def _best(material: Material) -> str:
    best = material.best
    if best is None:
        return plain(f"Best: {summary.best_line(material)}.")
    config = plain(inline(best.trial.config))
    score = f"{plain(material.metric)} {figure(score_of(best))}"
    again = material.trust is not None and bool(material.trust.rows)
    which = "Best of the search" if again else "Best"
    return f"**{which}: trial {best.trial.number}, {score}** ({config})."


def _where(gallery: Gallery) -> str:
    pictures = ", ".join(f"`plots/{chart.name}.png`" for chart, _ in gallery.drawings)
    also = f", and its pictures {pictures}" if pictures else ""
    return f"Among the artifacts: the report `report.html`{also}."
