"""Which kind of device fits are trained on, told before any library has looked for one."""

from __future__ import annotations

import os

from sweeps.executors import gpus
from sweeps.executors.where import Where

CPU = "cpu"
HIDDEN = ("", "-1")
VISIBLE = "CUDA_VISIBLE_DEVICES"


def device_at(place: Where) -> str | None:
    """`cpu`, or the models of the GPUs that there are for training; None where nobody knows them.

    Of a Ray cluster it is only known how much of a GPU each call is given there. Equal places have
    equal devices; a trainer that takes no GPU where there is one has a place of its own.
    """
    if place.executor == "ray":
        return f"ray, {place.gpu_share or 0:g} GPU"
    if place.gpus == () or os.environ.get(VISIBLE) in HIDDEN:
        return CPU
    names = place.gpus or ()
    found = gpus.seen()
    models = {gpu.model for gpu in found if not names or any(map(gpu.is_called, names))}
    if models:
        return ", ".join(sorted(models))
    return None if any(driver.exists() for driver in gpus.DRIVERS) else CPU
