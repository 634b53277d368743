"""What a person asks of a reproduction, and the sweeps that this comes to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sweeps.reproduce.experiments import EXPERIMENTS, Experiment, check_names, sweep_of
from sweeps.sweep import Sweep
from sweeps.tasks.penguins import Preprocessing


@dataclass(frozen=True)
class Wanted:
    """What a person asked for on the command line.

    `only` names experiments (empty: all); `repeats` and `points` are None for what the files say;
    `go_on` takes up what an earlier, interrupted call has done in the same store. `chosen` is not
    asked for but found: the repeats of experiments 1 to 5 where `repeats` is None.
    """

    only: tuple[str, ...] = ()
    repeats: int | None = None
    points: int | None = None
    preprocessing: Preprocessing = "published"
    go_on: bool = False
    chosen: int | None = None

    def sweeps(self) -> list[tuple[Experiment, Sweep]]:
        """The sweeps to run, in order. Raises LookupError for a name that is no experiment."""
        check_names(self.only)
        return [
            (experiment, self._sweep(experiment))
            for experiment in EXPERIMENTS
            if not self.only or experiment.name in self.only
        ]

    @property
    def leaves_repeats_open(self) -> bool:
        """Whether there are experiments whose number of repeats is for the program to choose."""
        return self.repeats is None and self.repeats_of_experiments is not None

    @property
    def repeats_of_experiments(self) -> int | None:
        """How often each network of experiments 1 to 5 is trained; None when none is wanted."""
        numbers = (sweep.evaluate.repeats for each, sweep in self.sweeps() if each.parameter)
        return next(numbers, None)

    def with_repeats(self, chosen: int) -> Wanted:
        """The same with a number chosen."""
        return replace(self, chosen=chosen)

    def _sweep(self, experiment: Experiment) -> Sweep:
        repeats = self.repeats
        if repeats is None and experiment.parameter:
            repeats = self.chosen
        return sweep_of(experiment, self.preprocessing, repeats, self.points)
