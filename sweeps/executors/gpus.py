"""The GPUs of this machine, as NVIDIA's driver lists them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which

TOOL = "nvidia-smi"
SECONDS = 20.0
"""A driver that has not been used for a while takes some to answer."""

DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/dxg"), Path("/dev/kfd"))
"""Of NVIDIA, Windows' Linux and AMD: there may be GPUs although nobody lists them."""

_GPU = re.compile(r"GPU (\d+): (.+) \(UUID: (GPU-[\w-]+)\)")
_PART = re.compile(r"\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[\w/-]+)\)")


@dataclass(frozen=True)
class Gpu:
    """One GPU, or a part that it was cut into (MIG). CUDA knows it by `names`: number, UUID.

    `megabytes` is its memory in MB of 2**20 bytes, None where the driver does not say.
    """

    model: str
    names: tuple[str, ...]
    megabytes: int | None = None

    def is_called(self, name: str) -> bool:
        """Whether CUDA takes the name for it: its number, or the beginning of its UUID."""
        number, uuid = self.names[:-1], self.names[-1]
        return name in number or (name.startswith(("GPU-", "MIG-")) and uuid.startswith(name))


class NoSuchGpuError(ValueError):
    """A GPU was named that this machine does not have."""


def seen() -> list[Gpu]:
    """All GPUs; none where NVIDIA's driver is not installed, or does not answer."""
    listed = _told_by("-L")
    sizes = _told_by("--query-gpu=index,memory.total", "--format=csv,noheader,nounits")
    return _read(listed, dict(re.findall(r"^(\d+), (\d+)$", sizes, re.MULTILINE)))


def check(names: Sequence[str]) -> None:
    """Raises NoSuchGpuError for the first name that no GPU of this machine goes by."""
    found = seen() if names else []
    if not found and any(driver.exists() for driver in DRIVERS):
        return
    for name in names:
        if any(gpu.is_called(name) for gpu in found):
            continue
        if not found:
            raise NoSuchGpuError(f"gpus: {name}: this machine has no GPU that {TOOL} shows")
        numbers = ", ".join(gpu.names[0] for gpu in found)
        raise NoSuchGpuError(f"gpus: {name} is none of this machine's: {numbers}")


def megabytes_of(name: str) -> int | None:
    """The memory of the GPU of that name; None where nobody says."""
    return next((gpu.megabytes for gpu in seen() if gpu.is_called(name)), None)


def _read(listed: str, sizes: dict[str, str]) -> list[Gpu]:
    found = []
    for line in listed.splitlines():
        if whole := _GPU.match(line):
            number, model, uuid = whole.groups()
            size = sizes.get(number)
            found.append(Gpu(model, (number, uuid), None if size is None else int(size)))
        elif part := _PART.match(line):
            found.append(Gpu(f"MIG {part[1]}", (part[2],)))
    return found


def _told_by(*words: str) -> str:
    """What the driver's own tool prints, nothing where it cannot be asked."""
    tool = which(TOOL)
    if tool is None:
        return ""
    try:
        asked = subprocess.run(
            [tool, *words], capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout if asked.returncode == 0 else ""
