"""KerasTuner's Hyperband oracle, driven by hand: the only file that imports keras_tuner."""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sweeps.chatter import without_chatter

DRAWS = 2**31 - 1
WORST_SCORE = 1e308


@dataclass(frozen=True)
class Place:
    """A place in a rung that the oracle wants filled: `name` is the oracle's own.

    `epochs` counts epochs in all; `promoted` names the place whose trial goes on here, None when
    the place is for a new trial.
    """

    name: str
    epochs: int
    promoted: str | None


class HyperbandOracle:
    """Which places there are and who is promoted, decided by `keras_tuner.oracles`.

    The oracle searches one integer, the draw, which keeps its trials apart: so it never runs out
    of new ones as it does on small spaces. Which integers it draws decides nothing, hence the
    fixed seed. Its files go to a folder that lives as long as one call; its printing and its
    deprecated calls are silenced.
    """

    def __init__(self, max_epochs: int, factor: int, iterations: int) -> None:
        with _quiet(), without_chatter():
            import keras_tuner

            draw = keras_tuner.HyperParameters()
            draw.Int("draw", 0, DRAWS)
            self._oracle: Any = keras_tuner.oracles.HyperbandOracle(
                objective=keras_tuner.Objective("score", "min"),
                max_epochs=max_epochs,
                factor=factor,
                hyperband_iterations=iterations,
                seed=1,
                hyperparameters=draw,
                allow_new_entries=False,
                tune_new_entries=False,
            )
        self._oracle.verbose = 0

    def places(self) -> list[Place]:
        """Every place that can be filled by now; none while trials run or when it is over."""
        places = []
        with self._working():
            while (trial := self._oracle.create_trial(str(len(self._oracle.trials)))).status == (
                "RUNNING"
            ):
                values = trial.hyperparameters.values
                promoted = values.get("tuner/trial_id")
                places.append(Place(trial.trial_id, values["tuner/epochs"], promoted))
        return places

    def fill(self, scores: Sequence[tuple[str, float | None]]) -> None:
        """Take in the scores of places, smaller is better; None (a failure) is worse than any."""
        with self._working():
            for name, score in scores:
                self._oracle.update_trial(name, {"score": WORST_SCORE if score is None else score})
                trial = self._oracle.get_trial(name)
                trial.status = "COMPLETED"
                self._oracle.end_trial(trial)

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        with tempfile.TemporaryDirectory() as folder, _quiet():
            self._oracle._set_project_dir(folder, "oracle")
            yield


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
