"""What every trainer must do. An implementation subclasses `TrainerContract` and names itself."""

from __future__ import annotations

from tests.sweeps.trainers.contract_arithmetic import ArithmeticContract
from tests.sweeps.trainers.contract_checkpoints import CheckpointContract
from tests.sweeps.trainers.contract_keeping import KeepingContract
from tests.sweeps.trainers.contract_limits import LimitContract
from tests.sweeps.trainers.contract_metrics import MetricContract
from tests.sweeps.trainers.contract_outcomes import OutcomeContract


class TrainerContract(
    OutcomeContract,
    ArithmeticContract,
    CheckpointContract,
    KeepingContract,
    LimitContract,
    MetricContract,
):
    """Give `trainer` in a subclass."""
