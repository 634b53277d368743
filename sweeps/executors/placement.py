"""The devices that workers train on, and what each worker is told about its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

SHARE = "SWEEPS_GPU_SHARE"
"""The variable that says how much of its GPU a worker has, from 0 to 1."""

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""What CUDA shows a process, AMD's HIP too."""

USABLE = 0.9
"""The part of a share that arrays may fill; libraries and the driver need the rest."""

MEMORY = "memory"
"""The device of workers that share no GPU: what they may all find too little of."""

Shared = Literal["memory", "gpus"]
"""What calls that run side by side take from each other.

Of a GPU's memory each call is told when there is none left. Of the machine's each is promised what
it asks for, and then the kernel ends one of them: a call that is refused some asks for more than
there is, with others beside it or without.
"""


@dataclass(frozen=True)
class Place:
    """Where one worker trains, and what its process is told whatever the user has set.

    `name` is for people. Workers of one `device` share its memory; None: nothing is shared with
    others. `alone` is told instead to a process that has the whole device for a while.
    """

    name: str
    device: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    alone: Mapping[str, str] = field(default_factory=dict)


def shared_by(places: Sequence[Place]) -> Shared | None:
    """What workers at these places share."""
    devices = {place.device for place in places if place.device is not None}
    if not devices:
        return None
    return "memory" if devices == {MEMORY} else "gpus"


def places_for(workers: int, gpus: Sequence[str] | None, share: float = 1.0) -> list[Place]:
    """So many places, dealt out over the GPUs in turn; each has that share of its GPU."""
    if not gpus:
        device, told = (MEMORY if workers > 1 else None), hidden(gpus)
        return [Place(f"worker {number}", device, told, told) for number in range(workers)]
    return [_on(gpus[number % len(gpus)], share, number) for number in range(workers)]


def hidden(gpus: Sequence[str] | None) -> dict[str, str]:
    """The variables that hide every GPU, when none is to be used."""
    return {VISIBLE: "", "JAX_PLATFORMS": "cpu"} if gpus is not None and not gpus else {}


def _on(gpu: str, share: float, number: int) -> Place:
    name = f"worker {number} (gpu {gpu})"
    if share == 1.0:
        return Place(name, None, {**_sees(gpu), **whole()})
    return Place(name, f"gpu {gpu}", {**_sees(gpu), **part(share)}, {**_sees(gpu), **part(1.0)})


def _sees(gpu: str) -> dict[str, str]:
    """One GPU and no other; numbers mean what `nvidia-smi` means by them."""
    return {VISIBLE: gpu, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}


def whole() -> dict[str, str]:
    """That a worker has a GPU to itself for good."""
    return {SHARE: "1"}


def part(share: float) -> dict[str, str]:
    """How much of its memory JAX may take, and only as it needs it.

    TensorFlow and PyTorch have no variable for that: `models.gpu_memory` reads ours.
    """
    return {
        SHARE: f"{share:g}",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "XLA_CLIENT_MEM_FRACTION": f"{USABLE * share:.4f}",
        # Its older name, which the user may have set: JAX refuses both together.
        "XLA_PYTHON_CLIENT_MEM_FRACTION": "",
    }
