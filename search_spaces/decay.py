"""`decay`: how the learning rate falls from `learning_rate`; constant where nothing is said.

    decay:
      constant: {}
      step: {drop: [0.3, 0.5], every_epochs: 3}
      exponential: {rate: 0.9, every_epochs: 1}
      cosine: {final_fraction: 0.0}
      cosine_restarts: {first_decay_steps: 1000}

- step: multiplied by `drop` after every `every_epochs` epochs.
- exponential: multiplied by `rate` over `every_epochs` epochs, a little at each step.
- cosine: half a cosine over the whole training, down to `final_fraction` of the start.
- cosine_restarts: half cosines one after the other, the first over `first_decay_steps` training
  steps; each is `period_multiplier` times as long as the one before and starts `peak_multiplier`
  times as high (Keras's CosineDecayRestarts, t_mul and m_mul).
"""

from __future__ import annotations

from search_spaces.quantities import Real, Whole
from search_spaces.section import Group, Part, Section

_FACTOR = Real(above=0, maximum=1)
_FRACTION = Real(minimum=0, maximum=1)
_COUNT = Whole(minimum=1)

KINDS = {
    "constant": Group({}),
    "step": Group({"drop": _FACTOR, "every_epochs": _COUNT}, ("drop", "every_epochs")),
    "exponential": Group({"rate": _FACTOR, "every_epochs": _COUNT}, ("rate", "every_epochs")),
    "cosine": Group({"final_fraction": _FRACTION}),
    "cosine_restarts": Group(
        {
            "first_decay_steps": _COUNT,
            "period_multiplier": Real(minimum=1),
            "peak_multiplier": Real(above=0),
            "final_fraction": _FRACTION,
        },
        ("first_decay_steps",),
    ),
}


def read(section: Section) -> list[Part]:
    """`decay`, and the parameters of its kinds such as `decay.step.drop`."""
    return section.kinds(KINDS)
