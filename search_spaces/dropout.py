"""`dropout`: the share of units dropped after every hidden layer, from 0 to below 1.

    dropout: {low: 0.0, high: 0.6, step: 0.1, when: {layer_count: [2, 3, 4]}}

Or layer by layer, first hidden layer first: `dropout.layer_1`, `dropout.layer_2`, each of which
exists only in networks that have that layer.

    dropout: {layers: [0.0, [0.2, 0.4]]}
"""

from __future__ import annotations

from search_spaces.layers import layers
from search_spaces.quantities import Real
from search_spaces.section import Part, Section

SHARE = Real(minimum=0, below=1)


def read(section: Section) -> list[Part]:
    """`dropout`, or `dropout.layer_1` and so on."""
    if section.holds("layers"):
        return [part for layer in layers(section) for part in layer.param(SHARE)]
    return section.param(SHARE)
