"""`regularizers`: L1 and L2 penalties on kernels and on activations, 0 where nothing is said.

Activity penalties are divided by the batch size, as Keras does.

    regularizers: {kernel_l2: {low: 1e-6, high: 1e-2, log: true}}

Or layer by layer, first hidden layer first, each of which exists only in networks that have it:
`regularizers.layer_1.kernel_l1`, …

    regularizers: {layers: [{kernel_l1: 0.01, activity_l2: 0.01}, {kernel_l2: 0.01}]}
"""

from __future__ import annotations

from search_spaces.layers import layers
from search_spaces.quantities import Real
from search_spaces.section import Group, Part, Section

_FACTOR = Real(minimum=0)
PENALTIES = Group(dict.fromkeys(("kernel_l1", "kernel_l2", "activity_l1", "activity_l2"), _FACTOR))


def read(section: Section) -> list[Part]:
    """`regularizers.kernel_l1` and the like, or `regularizers.layer_1.kernel_l1` and so on."""
    if section.holds("layers"):
        return [part for layer in layers(section) for part in layer.group(PENALTIES)]
    return section.group(PENALTIES)
