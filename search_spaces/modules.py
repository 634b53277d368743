"""The modules of a search space, by the key they read in a description.

To add one, write a file beside this one whose docstring says what the key means and how it may be
written, and whose `read(section)` returns its parameters with one of the section's ways to read:
`section.param(quantity)` for a single value, `section.group(Group(…))` for a mapping of
parameters, `section.kinds({…: Group(…)})` for kinds with parameters of their own. Then add a line
to `MODULES`. All of learning_rate.py:

    RATE = Real(above=0)

    def read(section: Section) -> list[Part]:
        return section.param(RATE)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from search_spaces import (
    activation,
    batch_size,
    decay,
    dropout,
    early_stopping,
    epochs,
    initializer,
    layer_count,
    learning_rate,
    optimizer,
    ratio,
    regularizers,
    width,
)
from search_spaces.errors import SpaceError
from search_spaces.params import Constraint
from search_spaces.reading import standing_at
from search_spaces.section import Part, Section
from search_spaces.spelling import suggestion
from search_spaces.values import shown

MODULES: Mapping[str, Callable[[Section], list[Part]]] = {
    "layer_count": layer_count.read,
    "width": width.read,
    "ratio": ratio.read,
    "activation": activation.read,
    "initializer": initializer.read,
    "dropout": dropout.read,
    "regularizers": regularizers.read,
    "epochs": epochs.read,
    "batch_size": batch_size.read,
    "learning_rate": learning_rate.read,
    "decay": decay.read,
    "optimizer": optimizer.read,
    "early_stopping": early_stopping.read,
}


def read_parts(description: object) -> list[Part]:
    """The parameters that a description spells out, and what its modules add in constraints."""
    if not isinstance(description, Mapping):
        raise SpaceError(f"{shown(description)} is not a mapping of what may vary")
    parts: list[Part] = []
    for key, raw in description.items():
        if key not in MODULES:
            raise SpaceError(f"unknown key; {suggestion(str(key), MODULES)}", (str(key),))
        parts += MODULES[key](Section(key, raw, description, (key,)))
    return parts


def read_constraints(raw: object) -> list[Part]:
    """The constraints of a description: comparisons by name."""
    if not isinstance(raw, Mapping):
        raise SpaceError(f"{shown(raw)} is not a mapping of names to comparisons", ("constraints",))
    parts: list[Part] = []
    for name, expression in raw.items():
        with standing_at(("constraints", str(name))):
            parts.append(Constraint(str(name), expression))
    return parts
