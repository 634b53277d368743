"""From what was tried to a price: sums, and what is done beside what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sweeps.price.figures import Disk, Overhead, Price
from sweeps.price.loads import makespan
from sweeps.price.pace import Taken

SAMPLE_SECONDS = 10.0
SAMPLED = 3
"""Every so often, and once in the end, so many figures of the machine are sent to MLflow."""


@dataclass(frozen=True)
class Work:
    """What training takes: each pack of each batch, on so many `slots`, and `loading` at first.

    `laid_out` trials are in the batches; the sweep has `trials`, None where only time ends it.
    `shown` are rows of MLflow that are written while trials are trained.
    """

    batches: Sequence[Sequence[Taken]]
    loading: Taken
    laid_out: int
    trials: int | None
    fits: int
    epochs: int
    slots: int = 1
    shown: float = 0.0

    def scaled(self, count: float, trials: int) -> float:
        """A count of what was laid out, for so many trials."""
        return count * trials / self.laid_out if self.laid_out else 0.0

    @property
    def seconds(self) -> float:
        """Of the batches, one after the other; within one, packs side by side."""
        places = max(1, self.slots)
        return sum(
            makespan([pack.seconds for pack in some], places) for some in self.batches if some
        )

    @property
    def core_seconds(self) -> float:
        """Of all packs."""
        return sum(pack.core_seconds for some in self.batches for pack in some)

    @property
    def gpu_seconds(self) -> float:
        """Of all packs."""
        return sum(pack.gpu_seconds for some in self.batches for pack in some)


def price_of(work: Work, overhead: Overhead, trials: int, cores: int) -> Price:
    """The price of so many trials on a machine with so many cores.

    MLflow is served beside training, so the longer of the two counts; and all together cannot be
    done before the cores have done it.
    """
    training = work.loading.seconds + work.scaled(work.seconds, trials)
    before = overhead.starting + trials * (overhead.asking_each + overhead.looping_each)
    main = before + training + overhead.drawing
    opened = overhead.starting + overhead.opening + overhead.beginning
    sending = opened + trials * overhead.sending_each
    trained = work.loading.core_seconds + work.scaled(work.core_seconds, trials)
    core_seconds = overhead.core_seconds + trials * overhead.core_seconds_each + trained
    seconds = max(main, sending, core_seconds / max(1, cores)) + overhead.ending
    return Price(
        trials=trials,
        fits=round(work.scaled(work.fits, trials)),
        epochs=round(work.scaled(work.epochs, trials)),
        seconds=seconds,
        training=training,
        core_seconds=core_seconds,
        gpu_seconds=work.loading.gpu_seconds + work.scaled(work.gpu_seconds, trials),
        memory=overhead.memory,
        disk=_disk(overhead, trials),
        rows=_rows(work, overhead, trials, before - overhead.starting + training),
    )


def trials_within(work: Work, overhead: Overhead, seconds: float) -> int:
    """How many trials begin and end in so much time of a session, at least 1."""
    each = overhead.asking_each + overhead.looping_each + work.scaled(work.seconds, 1)
    left = seconds - work.loading.seconds
    return max(1, int(left / each)) if each > 0 else 1


def _disk(overhead: Overhead, trials: int) -> Disk:
    once, each = overhead.disk, overhead.disk_each
    return Disk(
        ledger=once.ledger + trials * each.ledger,
        mlflow=once.mlflow + trials * each.mlflow,
        artifacts=once.artifacts + trials * each.artifacts,
        checkpoints=once.checkpoints + trials * each.checkpoints,
    )


def _rows(work: Work, overhead: Overhead, trials: int, seconds: float) -> Mapping[str, int]:
    """MLflow's, of a session that trains for so long."""
    rows = {
        name: round(count + trials * overhead.rows_each.get(name, 0.0))
        for name, count in overhead.rows.items()
    }
    if "metrics" in rows:
        rows["metrics"] += SAMPLED * (1 + int(seconds / SAMPLE_SECONDS))
        rows["metrics"] += round(work.scaled(work.shown, trials))
    return rows


def within(price: Price, fitting: int | None) -> Price:
    """The price, with how many of its trials fit into the budget."""
    return price if fitting is None or fitting >= price.trials else replace(price, fitting=fitting)
