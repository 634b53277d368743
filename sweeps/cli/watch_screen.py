"""A look at a sweep as a screenful, for terminals of any size."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich.text import Text

from sweeps.cli.history_plot import plotted
from sweeps.cli.watch_lines import figures, state_of, waits, work
from sweeps.errors import printable

if TYPE_CHECKING:
    from rich.console import ConsoleDimensions

    from sweeps.cli.watched import Seen
    from sweeps.sweep import Sweep

MOST_SLOTS = 8
TALLEST = 12
WIDEST = 100
LEAVE = "Ctrl-C leaves; the sweep goes on"


def drawn(seen: Seen, sweep: Sweep, size: ConsoleDimensions) -> Text:
    """What fits: the curve has the room that the rest leaves it."""
    head = [*textwrap.wrap(state_of(seen), size.width)]
    head += textwrap.wrap(", ".join(figures(seen)), size.width)
    foot = _part("at work", work(seen, MOST_SLOTS))
    foot += _part("last failures", [printable(line) for line in seen.failures])
    if seen.away is not None:
        foot += ["", *textwrap.wrap(waits(seen.away), size.width)]
    foot += ["", LEAVE]
    room = size.height - len(head) - len(foot) - 3
    curve = plotted(seen.curve, min(size.width - 2, WIDEST), min(room, TALLEST))
    metric = printable(sweep.objective.metric)
    middle = _part(f"best {metric} so far, {len(seen.curve):,} trials", curve)
    lines = [*head, *middle, *foot][: size.height]
    return Text("\n".join(lines), no_wrap=True, overflow="ellipsis")


def _part(title: str, lines: list[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {line}" for line in lines)] if lines else []
