"""`early_stopping`: training ends when a figure has not improved for `patience` epochs.

    early_stopping: {patience: 3, monitor: accuracy, min_delta: 0.0, restore_best: false}

`monitor` is loss (the default) or accuracy, on the rows that the objective's name picks; an
improvement counts from `min_delta` up (0 by default); `restore_best` goes back to the weights of
the best epoch. Without this key training runs for all its epochs.
"""

from __future__ import annotations

from search_spaces.quantities import Flag, Real, Whole, Word
from search_spaces.section import Group, Part, Section

STOPPING = Group(
    {
        "patience": Whole(minimum=0),
        "min_delta": Real(minimum=0),
        "monitor": Word(("loss", "accuracy")),
        "restore_best": Flag(),
    },
    ("patience",),
)


def read(section: Section) -> list[Part]:
    """`early_stopping.patience` and the like."""
    return section.group(STOPPING)
