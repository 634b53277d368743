"""What MLflow gets of one sweep: its records, in order, through the background sender."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sweeps import remembering
from sweeps.errors import LedgerError
from sweeps.lease import Claim, LeaseError
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import Begun
from sweeps.pareto import front_kept
from sweeps.parts import Parts
from sweeps.race.remembering import in_race
from sweeps.trial import Result
from tracking.records import Artifact, LiveRecord, Metric, SweepFigures, SweepState
from tracking.shipping import Shipper
from tracking.tracker import StandDownError, Tracker, TrackingError

STAND_DOWN_SECONDS = 3.0
"""How long a write that is under way is waited for when nothing more may be written."""


class Delivery:
    """Sends one sweep's records as long as the claim on it holds.

    `obey` gets what somebody wrote into the tag `sweeps.command`, `say` what a person should read.
    """

    def __init__(
        self,
        parts: Parts,
        ledger: Ledger,
        claim: Claim,
        tracker: Callable[[], Tracker],
        say: Callable[[str], None],
        obey: Callable[[str], None] | None = None,
    ) -> None:
        self._parts = parts
        self._ledger = ledger
        self._claim = claim
        self._say = say
        self._ours = True
        self._shipper = Shipper(
            tracker,
            self._shipped,
            say,
            on_command=obey,
            on_ended=self._end_shipped,
            may_send=self._still_ours,
            may_write=self._may_write,
        )

    @property
    def link(self) -> str:
        """Where the sweep is in a browser; empty for a store that nothing serves."""
        return self._shipper.link

    def begin(self) -> None:
        """The parent run."""
        parts, sweep_id = self._parts, self._claim.sweep_id
        record = remembering.sweep_record(
            parts.sweep,
            sweep_id,
            self._ledger.sweep(sweep_id).created_ms,
            parts.problem,
            parts.split_hash,
            parts.plan.to_json(),
        )
        self._shipper.put(in_race(record, self._ledger.race(sweep_id)))

    def trial(self, result: Result, attempt: int, started_ms: int, ended_ms: int) -> None:
        """A child run."""
        sweep, sweep_id = self._parts.sweep, self._claim.sweep_id
        self._shipper.put(
            remembering.trial_record(sweep, sweep_id, result, attempt, started_ms, ended_ms)
        )

    def live(self, record: LiveRecord) -> None:
        """A child run of a trial that is being trained. May be called from any thread."""
        self._shipper.show(record)

    def unsent(self, trials: Sequence[Begun]) -> None:
        """What an earlier session kept but could not send."""
        for begun in trials:
            if begun.result is not None and begun.ended_ms is not None and not begun.shipped:
                self.trial(begun.result, begun.attempt, begun.started_ms, begun.ended_ms)

    def sampled(self, metrics: Sequence[Metric]) -> None:
        """What the machine does at the moment, for the parent run."""
        self._shipper.sampled(SweepFigures(self._claim.sweep_id, tuple(metrics)))

    def state(self, state: str) -> None:
        """What the sweep does at the moment, before anything else is sent."""
        self._shipper.announce(SweepState(self._claim.sweep_id, state))

    def end(self, state: str, artifacts: Sequence[Artifact]) -> None:
        """How the session ended, with the files of the report."""
        sweep, sweep_id = self._parts.sweep, self._claim.sweep_id
        row = self._ledger.sweep(sweep_id)
        maximize = sweep.objective.goal == "maximize"
        self._shipper.put(
            remembering.sweep_end(
                sweep,
                sweep_id,
                state,
                self._ledger.latest_ms(sweep_id),
                row.done,
                row.failed,
                self._ledger.best(sweep_id, maximize=maximize),
                artifacts,
                row.pruned,
                row.confirmed,
                row.unconfirmed,
                front_kept(self._ledger, sweep, sweep_id),
            )
        )

    def close(self, patience: float, longest: float | None = None) -> int:
        """Let MLflow catch up; how many trials it still lacks. See `Shipper.close`."""
        self._shipper.close(patience, longest)
        return self._ledger.sweep(self._claim.sweep_id).unsent

    def abandon(self, patience: float) -> None:
        """Let MLflow catch up after an error; one in sending is said, and hides nothing."""
        try:
            self._shipper.close(patience)
        except Exception as error:  # noqa: BLE001 - the error before it is what counts
            self._say(f"MLflow lacks trials: {type(error).__name__}: {error}")

    def stand_down(self) -> None:
        """Write nothing more, and let what is under way take back what may now be there twice."""
        self._ours = False
        self._shipper.close(STAND_DOWN_SECONDS)

    def _shipped(self, numbers: Sequence[int]) -> None:
        with _as_trouble():
            self._ledger.shipped(self._claim, numbers)

    def _end_shipped(self) -> None:
        with _as_trouble():
            self._ledger.end_shipped(self._claim)

    def _may_write(self) -> None:
        """Raise StandDownError when somebody else may be sending, as far as is known here.

        Between two looks at the ledger there may be hundreds of writes.
        """
        if not self._ours:
            raise StandDownError(f"sweep {self._claim.sweep_id} is sent by another process")
        with _as_trouble():
            self._claim.check_awake()

    def _still_ours(self) -> None:
        """Raise StandDownError when somebody else may be sending by now."""
        with _as_trouble():
            self._ledger.renew(self._claim)


@contextmanager
def _as_trouble() -> Iterator[None]:
    """A ledger that cannot be written is trouble that passes: what was sent is sent once more.

    A sweep that somebody else holds is theirs to send.
    """
    try:
        yield
    except LeaseError as error:
        raise StandDownError(str(error)) from error
    except LedgerError as error:
        raise TrackingError(f"sending to MLflow waits: {error}") from error


def kept_artifacts(folder: Path) -> list[Artifact]:
    """The report that an earlier session drew into the folder, for a parent run that lacks it."""
    if not folder.exists():
        return []
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return [Artifact(_place_of(file), file=file) for file in files]


def _place_of(file: Path) -> str:
    """Pictures stand together, what is read stands at the top."""
    return f"plots/{file.name}" if file.suffix == ".png" else file.name
