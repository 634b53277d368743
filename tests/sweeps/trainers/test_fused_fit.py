"""The fused trainer keeps the contract of all trainers."""

from __future__ import annotations

from sweeps.trainers.fused_fit import FusedFit
from tests.sweeps.trainers.contract import TrainerContract


class TestFusedFit(TrainerContract):
    trainer = FusedFit()
