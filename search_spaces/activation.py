"""`activation`: the function of every hidden layer, by its Keras name.

    activation: [relu, tanh]

Without this key it is relu.
"""

from __future__ import annotations

from search_spaces.quantities import Word
from search_spaces.section import Part, Section

FUNCTIONS = Word(("relu", "tanh", "sigmoid", "elu", "selu", "gelu", "softplus", "swish"))


def read(section: Section) -> list[Part]:
    """`activation`."""
    return section.param(FUNCTIONS)
