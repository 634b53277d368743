"""`initializer`: how the hidden layers' weights start, by its Keras name.

    initializer: [he_uniform, glorot_uniform]

Without this key it follows from the activation: lecun_uniform for selu, glorot_uniform for tanh and
sigmoid, he_uniform for all others. The head always starts from glorot_uniform.
"""

from __future__ import annotations

from search_spaces.quantities import Word
from search_spaces.section import Part, Section

INITIALIZERS = Word(("he_uniform", "glorot_uniform", "lecun_uniform"))


def read(section: Section) -> list[Part]:
    """`initializer`."""
    return section.param(INITIALIZERS)
